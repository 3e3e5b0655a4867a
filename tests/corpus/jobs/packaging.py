# packages: packaging
"""Versions, their sets, requirements, markers."""
from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

versions = sorted(map(Version, ["1.0", "1.0a1", "1.0.dev3", "2!0.1", "1.0.post1", "1.0+local", "1.10", "1.9"]))
print(versions, versions[0].is_prerelease, Version("1.2.3rc4").pre, Version("1.2.3").release)
spec = SpecifierSet(">=1.0,!=1.5,<2") & SpecifierSet("~=1.2")
print([str(v) for v in spec.filter(["0.9", "1.2", "1.5", "1.9", "2.0"])], "1.4" in spec, sorted(map(str, spec)))
req = Requirement('name[extra,other]>=1.0; python_version < "3" and os_name == "nt"')
print(req.name, sorted(req.extras), str(req.specifier), req.marker.evaluate({"python_version": "2.7", "os_name": "nt"}), Marker("extra == 'x'").evaluate({"extra": "x"}))
for kind, bad in ((Version, "one"), (Requirement, "a b c"), (Requirement, "x>>1")):
    try:
        kind(bad)
    except (InvalidVersion, InvalidRequirement) as error:
        print(type(error).__name__, str(error).splitlines()[0])
