# packages: colorama
"""Escape codes, written, wrapped and stripped."""
import io

from colorama import Back, Cursor, Fore, Style
from colorama.ansitowin32 import AnsiToWin32

print(repr(Fore.RED + "x" + Style.RESET_ALL + Back.BLUE), repr(Cursor.UP(2)), repr(Fore.LIGHTBLACK_EX))
out = io.StringIO()
stream = AnsiToWin32(out, strip=True).stream
stream.write(Fore.GREEN + "green" + Style.RESET_ALL + " plain\n")
print(out.getvalue())
