"""Set the SVG figures into the pages, where style sheets and readers' tools reach their text."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata

logger = logging.getLogger(__name__)

SVG = "http://www.w3.org/2000/svg"
ET.register_namespace("", SVG)


class InlineFigures(SphinxPostTransform):
    """Replace each image that is an SVG file by the SVG itself, in HTML."""

    # Before Sphinx's own handling of images (priority 100 and later).
    default_priority = 90
    formats = ("html",)

    def run(self, **_: object) -> None:
        """Inline the figures of one page."""
        for image in list(self.document.findall(nodes.image)):
            path = Path(self.app.srcdir, image["uri"])
            if path.suffix != ".svg":
                continue
            try:
                markup = inline(path, image.get("alt", ""))
            except (OSError, ET.ParseError) as error:
                logger.warning("%s: not a readable SVG: %s", path.name, error, location=image)
                continue
            image.replace_self(nodes.raw("", markup, format="html"))


def texts(path: Path) -> list[str]:
    """Return what the SVG file `path` says, in its order: titles, descriptions and texts.

    Raises OSError if the file cannot be read, xml.etree.ElementTree.ParseError if it is not XML.
    """
    return [node.text for node in speaking(ET.parse(path).getroot()) if node.text]  # noqa: S314


def speaking(svg: ET.Element) -> Iterator[ET.Element]:
    """Yield the elements of a figure that hold text."""
    names = {f"{{{SVG}}}{name}" for name in ("title", "desc", "text")}
    return (node for node in svg.iter() if node.tag in names)


def inline(path: Path, alternative: str) -> str:
    """Return the SVG of the file `path` as HTML, named by `alternative` and described by its desc.

    Raises OSError if the file cannot be read, xml.etree.ElementTree.ParseError if it is not XML.
    The roles and names follow https://www.w3.org/TR/svg-aam-1.0/.
    """
    svg = ET.parse(path).getroot()  # noqa: S314, a file of ours
    svg.set("role", "img")
    svg.set("aria-label", alternative)
    description = svg.find(f"{{{SVG}}}desc")
    if description is not None:
        description.set("id", f"{path.stem}-desc")
        svg.set("aria-describedby", f"{path.stem}-desc")
    return ET.tostring(svg, encoding="unicode")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the transform."""
    app.add_post_transform(InlineFigures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
