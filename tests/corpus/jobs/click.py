# packages: click
"""A command line with groups, options, prompts of errors."""
import click
from click.testing import CliRunner


@click.group()
@click.option("--loud/--quiet", default=False)
@click.pass_context
def cli(ctx, loud):
    """Says things."""
    ctx.obj = {"loud": loud}


@cli.command()
@click.argument("names", nargs=-1)
@click.option("-n", "--times", type=click.IntRange(1, 3), default=1, show_default=True)
@click.pass_obj
def hello(obj, names, times):
    """Greets."""
    for name in names * times:
        click.echo(name.upper() if obj["loud"] else name)


@cli.command()
@click.option("--kind", type=click.Choice(["a", "b"]), required=True)
def pick(kind):
    raise click.ClickException(kind)


runner = CliRunner()
for line in (["--help"], ["--loud", "hello", "x", "y", "-n", "2"], ["hello", "-n", "9"], ["pick", "--kind", "a"], ["pick"], ["hello", "--help"], ["none"]):
    result = runner.invoke(cli, line)
    print(line, result.exit_code, type(result.exception).__name__)
    print(result.output)
