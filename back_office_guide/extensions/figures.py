"""Translate the SVG figures, and include them in the pages.

In HTML and EPUB the drawing becomes part of the page, where style sheets and assistive technology
reach its text; in the book it becomes a PDF file.

For a language from right to left a drawing is mirrored, without its texts; one whose <svg> has
direction="ltr", such as a chart with axes, is not.
"""

import re
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


class TranslateFigures(SphinxPostTransform):
    """Replace each image that is an SVG file, translated: in HTML by its content, else by a PDF."""

    default_priority = 90  # before Sphinx's own handling of images (100 and later)
    formats = ("html", "latex")

    def run(self, **_: object) -> None:
        """Replace the drawings of a page, or of a book."""
        replace = self._inline if self.app.builder.format == "html" else self._convert
        for number, image in enumerate(list(self.document.findall(nodes.image)), start=1):
            path = Path(self.app.srcdir, image["uri"])
            if path.suffix != ".svg" or not path.is_file():  # of another site, or missing
                continue
            document = image.document or self.document  # in a book, each page has its own
            page = self.env.path2doc(document["source"]) or self.env.current_document.docname
            try:
                replace(image, path, self._translated(path, page), f"{page}/{number}")
            except (OSError, SphinxError, ET.ParseError, ValueError) as error:
                logger.warning("%s cannot be drawn: %s", image["uri"], error, location=image)
                image.parent.remove(image)

    def _translated(self, path: Path, page: str) -> ET.Element:
        """Return the drawing in the language of the build, mirrored if that is right to left."""
        messages = read_translations(catalog_path(self.config, page)).messages
        svg = ET.parse(path).getroot()  # noqa: S314, a file of ours
        for element in text_elements(svg):
            element.text = messages.get(element.text or "", element.text)
        if language_of(self.config).direction == "rtl" and svg.get("direction") != "ltr":
            mirror(svg)
        return svg

    def _inline(self, image: nodes.image, path: Path, svg: ET.Element, name: str) -> None:
        """Replace an image by its drawing, with a link to a file of it on the site."""
        if self.app.builder.name != "epub" and self.config.html_theme == "guide":
            figure: nodes.Element = image.parent
            figure += self._download_link(image["uri"], standalone(svg, path))
        prefix = f"drawing-{name.rpartition('/')[2]}"
        html = inline_html(svg, prefix, image.get("alt", ""))
        image.replace_self(nodes.raw("", html, format="html"))

    def _download_link(self, uri: str, drawing: str) -> nodes.raw:
        """Write a drawing as the file that Sphinx has for its image, and return a link to it."""
        builder = self.app.builder
        _, name = self.env.images[uri]
        target = f"{builder.imagedir}/{name}"
        result = Path(self.app.outdir, target)
        result.parent.mkdir(exist_ok=True)
        result.write_text(drawing, encoding="utf-8")
        page = builder.get_target_uri(self.env.current_document.docname)
        context = {"address": relative_uri(page, target)}
        html = builder.templates.render("download.html", context)
        return nodes.raw("", html, format="html")

    def _convert(self, image: nodes.image, path: Path, svg: ET.Element, name: str) -> None:
        """Replace the file of an image by a PDF."""
        pdf = Path(self.app.doctreedir, "figures", name, path.with_suffix(".pdf").name)
        pdf.parent.mkdir(parents=True, exist_ok=True)
        convert(standalone(svg, path), pdf)
        map_glyphs(pdf)
        image["uri"] = str(pdf)
        image["candidates"] = {"application/pdf": str(pdf)}
        self.env.images.add_file(self.env.current_document.docname, str(pdf))


def standalone(svg: ET.Element, path: Path) -> str:
    """Return a drawing as SVG that needs no file: with the style sheets that are beside `path`."""
    result = copy(svg)
    for style_sheet in sorted(path.parent.glob("*.css")):
        style = ET.Element(f"{{{SVG}}}style")
        style.text = style_sheet.read_text(encoding="utf-8")
        result.insert(0, style)
    return ET.tostring(result, encoding="unicode")


def convert(svg: str, result: Path) -> None:
    """Convert SVG to a PDF or PNG file. Raises SphinxError with what rsvg-convert says."""
    command = ["rsvg-convert", f"--format={result.suffix[1:]}", f"--output={result}"]
    run = subprocess.run(command, input=svg.encode(), capture_output=True, check=False)
    if run.returncode:
        reason = run.stderr.decode(errors="replace").strip()
        raise SphinxError(f"rsvg-convert has not drawn {result.stem}.svg: {reason}")


def texts_in(path: Path) -> list[str]:
    """Return the titles, descriptions and texts of the SVG file `path`, in its order.

    Raises OSError if the file cannot be read, xml.etree.ElementTree.ParseError if it is not XML.
    """
    svg = ET.parse(path).getroot()  # noqa: S314, a file of ours
    return [element.text for element in text_elements(svg) if element.text]


def mirror(svg: ET.Element) -> None:
    """Turn a drawing from left to right into one from right to left.

    All of it is mirrored, and then each text once more, about its own anchor. It is on the other
    side of the anchor then, for "start" is on the right in a text from right to left:
    https://www.w3.org/TR/SVG2/text.html#TextAnchoringProperties
    """
    svg.set("direction", "rtl")
    left, _, width, _ = map(float, svg.get("viewBox", "0 0 0 0").split())
    unmirrored = {f"{{{SVG}}}{name}" for name in ("title", "desc", "defs")}
    group = ET.Element(f"{{{SVG}}}g", transform=f"matrix(-1 0 0 1 {2 * left + width:g} 0)")
    group.extend(element for element in svg if element.tag not in unmirrored)
    for element in group:
        svg.remove(element)
    svg.append(group)
    for text in group.iter(f"{{{SVG}}}text"):
        own, place = text.get("transform", ""), float(text.get("x", "0"))
        text.set("transform", f"{own} matrix(-1 0 0 1 {2 * place:g} 0)".strip())


def text_elements(svg: ET.Element) -> Iterator[ET.Element]:
    """Yield the elements of a drawing that hold text."""
    names = {f"{{{SVG}}}{name}" for name in ("title", "desc", "text")}
    return (element for element in svg.iter() if element.tag in names)


def inline_html(svg: ET.Element, prefix: str, alternative: str) -> str:
    """Return a drawing as HTML, named by its title and described by its alternative text.

    One without title or description is named by the alternative text. Its identifiers begin with
    `prefix`, so that they are unique in the page. Roles and names follow
    https://www.w3.org/TR/svg-aam-1.0/.
    """
    identifiers = {element.get("id") for element in svg.iter()}

    def prefixed(match: re.Match[str]) -> str:
        return f"#{prefix}-{match[1]}" if match[1] in identifiers else match[0]

    for element in svg.iter():
        for attribute, value in element.items():
            element.set(attribute, re.sub(r"#([\w-]+)", prefixed, value))
        if "id" in element.attrib:
            element.set("id", f"{prefix}-{element.get('id')}")
    svg.set("role", "img")
    svg.set("aria-label", alternative)
    title, description = svg.find(f"{{{SVG}}}title"), svg.find(f"{{{SVG}}}desc")
    if title is not None and description is not None:
        svg.set("aria-label", title.text or alternative)
        svg.remove(title)  # browsers would show it as a tooltip
        svg.set("aria-describedby", f"{prefix}-desc")
        description.set("id", f"{prefix}-desc")
        description.text = alternative
    return ET.tostring(svg, encoding="unicode")


def map_glyphs(path: Path) -> None:
    """Add the map of glyphs to the TrueType fonts of a PDF that have none.

    PDF/UA-1 requires it (7.21.3.2), and cairo does not write it for fonts with many glyphs.
    """
    writer = PdfWriter(clone_from=path)
    for page in writer.pages:
        for font in _fonts(page):
            for descendant in font.get("/DescendantFonts", ()):
                if descendant["/Subtype"] == "/CIDFontType2":
                    descendant.get_object()[NameObject("/CIDToGIDMap")] = NameObject("/Identity")
    writer.write(path)


def _fonts(page_or_form: DictionaryObject) -> Iterator[DictionaryObject]:
    resources = page_or_form.get("/Resources", {})
    yield from (font.get_object() for font in resources.get("/Font", {}).values())
    for form in resources.get("/XObject", {}).values():
        yield from _fonts(form.get_object())


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the transform."""
    app.setup_extension("back_office_guide.extensions.languages")
    app.add_post_transform(TranslateFigures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
