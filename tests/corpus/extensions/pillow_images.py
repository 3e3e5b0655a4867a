# packages: pillow
# beside: no
"""Images, points through functions of Python, drawing, files in memory."""
import io
from PIL import Image, ImageDraw, ImageFilter

image = Image.new("RGB", (24, 16), "white")
draw = ImageDraw.Draw(image)
draw.rectangle((2, 2, 10, 10), fill=(200, 30, 30))
draw.line((0, 15, 23, 0), fill="blue")
print(image.getpixel((5, 5)), image.getbbox(), image.size)
dark = image.point(lambda value: value // 2)
print(dark.getpixel((5, 5)), dark.convert("L").histogram()[127])
file = io.BytesIO()
image.filter(ImageFilter.BLUR).save(file, "PNG")
file.seek(0)
again = Image.open(file)
print(again.format, again.mode, again.size)
try:
    Image.open(io.BytesIO(b"nothing"))
except Exception as error:
    print(type(error).__name__)
parts = [image.crop((n, n, n + 4, n + 4)) for n in range(3)]
print([part.tobytes()[:3] for part in parts])
