"""Set the SVG figures into the pages, with their texts in the language of the build.

In HTML and EPUB the drawing becomes part of the page, where style sheets and assistive technology
reach its text; for the book a translated copy of the file takes its place.

A drawing reads the way its language does: where that is from right to left, it is mirrored, and
its texts are not. One whose <svg> says direction="ltr", such as a chart with axes, stays as it is.
"""

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from copy import copy
from pathlib import Path

from docutils import nodes
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.osutil import relative_uri
from sphinx.util.typing import ExtensionMetadata

from back_office_guide.extensions.languages import catalog_path, language_of
from back_office_guide.extensions.translations import read_translations

logger = logging.getLogger(__name__)

SVG = "http://www.w3.org/2000/svg"
ET.register_namespace("", SVG)


class TranslatedFigures(SphinxPostTransform):
    """Replace each image that is an SVG file by the SVG itself, in HTML, or by a PDF file of it."""

    # Before Sphinx's own handling of images (priority 100 and later).
    default_priority = 90
    formats = ("html", "latex")

    def run(self, **_: object) -> None:
        """Replace the drawings of one page, or of a book."""
        replace = self._inline if self.app.builder.format == "html" else self._print
        for place, image in enumerate(list(self.document.findall(nodes.image)), start=1):
            path = Path(self.app.srcdir, image["uri"])
            if path.suffix != ".svg":
                continue
            document = image.document or self.document  # in a book, each page has its own
            page = self.env.path2doc(document["source"]) or self.env.current_document.docname
            try:
                replace(image, path, self._drawing(path, page), f"{page}/{place}")
            except (OSError, SphinxError, ET.ParseError, ValueError) as error:
                logger.warning("%s cannot be drawn: %s", image["uri"], error, location=image)
                image.parent.remove(image)

    def _drawing(self, path: Path, page: str) -> ET.Element:
        """Return the drawing of the file `path` in the language of the build, and its direction."""
        known = read_translations(catalog_path(self.config, page)).messages
        svg = ET.parse(path).getroot()  # noqa: S314, a file of ours
        for node in speaking(svg):
            node.text = known.get(node.text or "", node.text)
        if language_of(self.config).direction == "rtl" and svg.get("direction") != "ltr":
            mirror(svg)
        return svg

    def _inline(self, image: nodes.image, path: Path, svg: ET.Element, place: str) -> None:
        """Put the drawing in the place of the image, and on the site a file of it to keep."""
        if self.app.builder.name != "epub" and self.config.html_theme == "guide":
            figure: nodes.Element = image.parent
            figure += nodes.raw("", self._kept(path, svg), format="html")
        name = f"drawing-{place.rpartition('/')[2]}"
        image.replace_self(nodes.raw("", inline(svg, name, image.get("alt", "")), format="html"))

    def _kept(self, path: Path, svg: ET.Element) -> str:
        """Write the drawing as a file that needs no other, and return the link to it as HTML."""
        builder = self.app.builder
        alone = copy(svg)
        for path_of_style in sorted(path.parent.glob("*.css")):  # which the drawing names
            style = ET.Element(f"{{{SVG}}}style")
            style.text = path_of_style.read_text(encoding="utf-8")
            alone.insert(0, style)
        target = f"{builder.imagedir}/{path.name}"
        result = Path(self.app.outdir, target)
        result.parent.mkdir(exist_ok=True)
        result.write_text(ET.tostring(alone, encoding="unicode"), encoding="utf-8")
        page = builder.get_target_uri(self.env.current_document.docname)
        address = {"address": relative_uri(page, target)}
        return str(builder.templates.render("download.html", address))

    def _print(self, image: nodes.image, path: Path, svg: ET.Element, place: str) -> None:
        """Put the PDF file in the place of the image."""
        copied = Path(self.app.doctreedir, "figures", place, path.name)
        copied.parent.mkdir(parents=True, exist_ok=True)
        for style in path.parent.glob("*.css"):  # which the drawing names
            shutil.copyfile(style, copied.parent / style.name)
        prolog, _, _ = path.read_text(encoding="utf-8").partition("<svg")
        copied.write_text(prolog + ET.tostring(svg, encoding="unicode"), encoding="utf-8")
        drawn = copied.with_suffix(".pdf")
        draw(copied, drawn)
        map_glyphs(drawn)
        image["uri"] = str(drawn)
        image["candidates"] = {"application/pdf": str(drawn)}
        self.env.images.add_file(self.env.current_document.docname, str(drawn))


def draw(path: Path, result: Path) -> None:
    """Draw an SVG file as a PDF or PNG file. Raises SphinxError with what rsvg-convert says."""
    command = ["rsvg-convert", f"--format={result.suffix[1:]}", f"--output={result}", str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise SphinxError(f"rsvg-convert has not drawn {path.name}: {run.stderr.strip()}")


def texts_in(path: Path) -> list[str]:
    """Return what the SVG file `path` says, in its order: titles, descriptions and texts.

    Raises OSError if the file cannot be read, xml.etree.ElementTree.ParseError if it is not XML.
    """
    svg = ET.parse(path).getroot()  # noqa: S314, a file of ours
    return [node.text for node in speaking(svg) if node.text]


def mirror(svg: ET.Element) -> None:
    """Turn a drawing that reads from left to right into one that reads from right to left.

    All of it is mirrored, then each text once more about its own anchor: so it reads as before,
    on the other side of it, for "start" is on the right where the direction is from there.
    https://www.w3.org/TR/SVG2/text.html#TextAnchoringProperties
    """
    svg.set("direction", "rtl")
    _, _, width, _ = svg.get("viewBox", "0 0 0 0").split()
    apart = {f"{{{SVG}}}{name}" for name in ("title", "desc", "defs")}
    group = ET.Element(f"{{{SVG}}}g", transform=f"matrix(-1 0 0 1 {width} 0)")
    group.extend(part for part in svg if part.tag not in apart)
    for part in group:
        svg.remove(part)
    svg.append(group)
    for text in group.iter(f"{{{SVG}}}text"):
        text.set("transform", f"matrix(-1 0 0 1 {2 * float(text.get('x', '0')):g} 0)")


def speaking(svg: ET.Element) -> Iterator[ET.Element]:
    """Yield the elements of a drawing that hold text."""
    names = {f"{{{SVG}}}{name}" for name in ("title", "desc", "text")}
    return (node for node in svg.iter() if node.tag in names)


def inline(svg: ET.Element, name: str, alternative: str) -> str:
    """Return a drawing as HTML, named by its title and described by its alternative text.

    One without title or description is named by the alternative text. `name` is its own in the
    page, and begins the identifiers in it. The roles and names follow
    https://www.w3.org/TR/svg-aam-1.0/.
    """
    own = {node.get("id") for node in svg.iter()}

    def unique(match: re.Match[str]) -> str:
        return f"#{name}-{match[1]}" if match[1] in own else match[0]

    for node in svg.iter():
        for attribute, value in node.items():
            node.set(attribute, re.sub(r"#([\w-]+)", unique, value))
        if "id" in node.attrib:
            node.set("id", f"{name}-{node.get('id')}")
    svg.set("role", "img")
    svg.set("aria-label", alternative)
    title, description = svg.find(f"{{{SVG}}}title"), svg.find(f"{{{SVG}}}desc")
    if title is not None and description is not None:
        svg.set("aria-label", title.text or alternative)
        svg.remove(title)  # which would be shown over the drawing
        svg.set("aria-describedby", f"{name}-desc")
        description.set("id", f"{name}-desc")
        description.text = alternative
    return ET.tostring(svg, encoding="unicode")


def map_glyphs(path: Path) -> None:
    """Write into the fonts of a PDF how their glyphs are numbered.

    cairo leaves it out of TrueType fonts with many glyphs; PDF/UA-1 asks for it (7.21.3.2).
    """
    writer = PdfWriter(clone_from=path)
    for page in writer.pages:
        for font in _fonts(page):
            for inner in font.get("/DescendantFonts", ()):
                if inner["/Subtype"] == "/CIDFontType2":
                    inner.get_object()[NameObject("/CIDToGIDMap")] = NameObject("/Identity")
    writer.write(path)


def _fonts(drawn: DictionaryObject) -> Iterator[DictionaryObject]:
    resources = drawn.get("/Resources", {})
    yield from (font.get_object() for font in resources.get("/Font", {}).values())
    for form in resources.get("/XObject", {}).values():
        yield from _fonts(form.get_object())


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the transforms."""
    app.setup_extension("back_office_guide.extensions.languages")
    app.add_post_transform(TranslatedFigures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
