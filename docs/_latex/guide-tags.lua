-- The structure of the book in its PDF: what each piece of it is, in the order in which it is read.
--
-- guide-tags.sty says where an element begins and ends. In between, what TeX sets carries the number
-- of a run, that is, of an uninterrupted part of an element, as an attribute. When a page is shipped
-- out, each run on it is marked; all else is marked as an artifact. In the end the elements are
-- written. What was set and never printed leaves elements without content, which are left out.
--
-- PDF 1.7 (ISO 32000-1), 14.7 and 14.8; PDF/UA-1 (ISO 14289-1).

local tags = {}
local attribute = luatexbase.registernumber("guide@run")
local ARTIFACT, PAGINATION = 0, -1 -- what is no part of the text; heads and folios among it

-- Elements whose paragraphs are elements of their own, and those that hold text themselves.
-- In all others, text is an artifact.
local BLOCK, INLINE = {}, {}
for kind in ("Document Part Sect Div LBody TD TH BlockQuote Note Index TOC"):gmatch("%S+") do
  BLOCK[kind] = true
end
for kind in ("P H1 H2 H3 H4 H5 H6 Span Link Lbl Caption Code Figure Reference TOCI"):gmatch("%S+") do
  INLINE[kind] = true
end

local root = {kind = "Document", kids = {}}
local stack = {root}
local runs = {}
local notes = {}

-- Begin a run of the element that is open.
local function resume()
  local element, run = stack[#stack], ARTIFACT
  if INLINE[element.kind] then
    runs[#runs + 1] = {element = element, marks = {}}
    table.insert(element.kids, runs[#runs])
    run = #runs
  end
  tex.setattribute("global", attribute, run)
end

-- Open an element within the one that is open. `properties` are entries of its dictionary.
function tags.open(kind, properties)
  local parent = stack[#stack]
  local element = {kind = kind, parent = parent, kids = {}, properties = properties or "", depth = 0}
  table.insert(parent.kids, element)
  stack[#stack + 1] = element
  resume()
end

-- Close the last element of a kind, and what is open within it.
function tags.close(kind)
  local place = #stack
  while place > 1 and stack[place].kind ~= kind do
    place = place - 1
  end
  if place == 1 then
    tex.error("guide-tags: no element " .. kind .. " is open")
    return
  end
  for index = #stack, place, -1 do
    stack[index] = nil
  end
  resume()
end

-- A paragraph begins, ends: an element, unless it is part of one, as that in a box is.
function tags.begin_paragraph()
  local top = stack[#stack]
  if BLOCK[top.kind] then
    tags.open("P")
    stack[#stack].paragraph = true
  else
    top.depth = top.depth + 1
  end
end

function tags.end_paragraph()
  local top = stack[#stack]
  if top.depth and top.depth > 0 then
    top.depth = top.depth - 1
  elseif top.paragraph then
    tags.close("P")
  end
end

local function text_string(text)
  local units = {}
  for _, code in utf8.codes(text) do
    if code < 0x10000 then
      units[#units + 1] = string.format("%04X", code)
    else
      code = code - 0x10000
      units[#units + 1] = string.format("%04X%04X", 0xD800 + code // 0x400, 0xDC00 + code % 0x400)
    end
  end
  return "<FEFF" .. table.concat(units) .. ">"
end

-- Shipping out ------------------------------------------------------------------------------------

local GLYPH, DISC, GLUE, KERN = node.id("glyph"), node.id("disc"), node.id("glue"), node.id("kern")
local RULE, WHATSIT, DIR = node.id("rule"), node.id("whatsit"), node.id("dir")
local HLIST, VLIST = node.id("hlist"), node.id("vlist")
local LITERAL = node.subtype("pdf_literal")
local START_LINK, END_LINK = node.subtype("pdf_start_link"), node.subtype("pdf_end_link")
local SPACE = {[0] = true, [13] = true, [14] = true} -- userskip, spaceskip, xspaceskip
local MIRRORED = {["("] = ")", [")"] = "(", ["["] = "]", ["]"] = "[", ["«"] = "»", ["»"] = "«"}
local SOFT_HYPHEN, RIGHT_SKIP = utf8.char(0xAD), 9
local SOFT = {[1] = true, [3] = true, [4] = true, [5] = true} -- \-, and by patterns

local pages, marks = 0, {}   -- pages shipped out; the elements of the marks of this page
local parents = {}           -- the parent tree: for each key, an element or those of a page
local key = -1
local broken                 -- the link that goes on in the next line
local links                  -- the links of this page

local function literal(data)
  local new = node.new(WHATSIT, LITERAL)
  new.mode, new.data = 1, data
  return new
end

local function unicode(glyph)
  local known = font.getfont(glyph.font)
  local character = known and known.characters[glyph.char]
  local mapped = character and character.tounicode
  if type(mapped) == "string" then
    local units = {}
    for unit in mapped:gmatch("%x%x%x%x") do
      units[#units + 1] = utf8.char(tonumber(unit, 16))
    end
    return table.concat(units)
  elseif type(mapped) == "table" then
    return utf8.char(table.unpack(mapped))
  end
  return utf8.char(type(mapped) == "number" and mapped or glyph.char)
end

local function link_of(run)
  local element = runs[run] and runs[run].element
  while element and element.kind ~= "Link" do
    element = element.parent
  end
  return element
end

-- Add a text to the name of the link that a run is in.
local function add_link_text(run, text)
  local link = link_of(run)
  if link then
    link.text = (link.text or "") .. text
  end
end

-- Add the annotation of a link to its element.
local function add_annotation(start)
  local element = link_of(node.get_attribute(start, attribute) or ARTIFACT)
  if element then
    key = key + 1
    parents[#parents + 1] = {key = key, element = element}
    table.insert(element.kids, {annotation = start.objnum, page = pages})
    links[#links + 1] = {start = start, element = element, key = key}
  end
end

-- Insert the glyph of a space before a glue, for readers of the characters alone.
local function insert_space(head, glue, width, run, font_id)
  local known = font.getfont(font_id)
  if not (known and known.characters[32]) then
    return head
  end
  local space = node.new(GLYPH)
  space.font, space.char, space.lang = font_id, 32, tex.language
  node.set_attribute(space, attribute, run)
  head = node.insert_before(head, glue, space)
  if width then
    local back = node.new(KERN)
    back.kern = -space.width
    head = node.insert_before(head, glue, back)
  else
    node.setglue(glue, glue.width - space.width, glue.stretch, glue.shrink, glue.stretch_order,
      glue.shrink_order)
  end
  add_link_text(run, " ")
  return head
end

local function font_size(glyph)
  return glyph and font.getfont(glyph.font).size or math.huge
end

-- Return whether a glyph is the last one of its line.
local function ends_line(glyph)
  local n = glyph.next
  while n and n.id ~= GLYPH and n.id ~= DISC and n.id ~= HLIST do
    n = n.next
  end
  return not n
end

local function walk(box)
  local head = box.head
  local line = box.id == HLIST
  local right_to_left = box.dir == "TRT"
  local directions = {}
  local open, last, glyph, disc  -- the run that is marked, and in it the last node, glyph, disc
  local link                     -- the link that is open

  local function stop()
    if open then
      head = node.insert_after(head, last, literal("EMC"))
      open, glyph = nil, nil
    end
  end

  -- Mark a node as part of a run; `text` is what it means, where that is not what it shows.
  local function mark(n, run, text)
    if run ~= open or text then
      stop()
      local data = "/Artifact BMC"
      if run == PAGINATION then
        data = "/Artifact <</Type /Pagination>> BDC"
      elseif run ~= ARTIFACT then
        marks[#marks + 1] = runs[run].element
        table.insert(runs[run].marks, {page = pages, mark = #marks - 1})
        data = string.format("/%s <</MCID %d %s>> BDC", runs[run].element.kind, #marks - 1,
          text and "/ActualText " .. text_string(text) or "")
      end
      head = node.insert_before(head, n, literal(data))
      open = run
    end
    last = n
    if text then
      stop()
    end
  end

  local n = head
  while n do
    local id, following = n.id, n.next
    if id == HLIST or id == VLIST then
      stop()
      walk(n)
    elseif id == GLYPH or id == DISC or id == RULE then
      local run = node.get_attribute(n, attribute) or ARTIFACT
      if broken and line and link_of(run) == broken.element then
        link, broken = broken.start, nil
        head = node.insert_before(head, n, link)
        add_annotation(link)
      end
      if id == RULE then
        if n.subtype ~= 0 or (n.width ~= 0 and n.height + n.depth ~= 0) then
          mark(n, run)
        end
      elseif id == GLYPH then
        local text = unicode(n)
        local meant
        if right_to_left then -- babel took the mirror image
          meant = MIRRORED[text]
        elseif disc and SOFT[disc.subtype] and text:match("^[-‐]$") and ends_line(n) then
          meant = SOFT_HYPHEN
        end
        mark(n, run, run > ARTIFACT and meant or nil)
        add_link_text(run, meant or text)
        glyph = n
      else
        if n.replace then
          mark(n, run)
          for each in node.traverse(n.replace) do
            if each.id == GLYPH then
              glyph = each
              add_link_text(run, unicode(each))
            elseif each.id == KERN and each.kern > font_size(glyph) / 8 and run > ARTIFACT then
              head = insert_space(head, n, true, run, glyph.font) -- a space of code
            end
          end
        end
        disc = n
      end
    elseif id == GLUE then
      if n.leader then
        stop()
        mark(n, ARTIFACT)
        stop()
      elseif line and glyph and open and open > ARTIFACT then
        if SPACE[n.subtype] and (n.width > font_size(glyph) / 8 or n.stretch_order > 0) then
          head = insert_space(head, n, n.stretch_order > 0, open, glyph.font)
          last, disc = n, nil
        elseif n.subtype == RIGHT_SKIP then
          head = insert_space(head, n, true, open, glyph.font)
          last = n.prev
        end
      end
    elseif id == DIR then
      if n.dir:sub(1, 1) == "-" then
        right_to_left = table.remove(directions)
      else
        directions[#directions + 1] = right_to_left
        right_to_left = n.dir:match("TRT") ~= nil
      end
    elseif id == WHATSIT and n.subtype == START_LINK then
      link = n
      add_annotation(n)
    elseif id == WHATSIT and n.subtype == END_LINK then
      link = nil
    end
    n = following
  end
  stop()
  if link and line then
    -- LuaTeX would go on with it by itself, in an annotation that no element knows of.
    broken = {start = node.copy(link), element = link_of(node.get_attribute(link, attribute))}
    broken.start.objnum = pdf.reserveobj("annot")
    head = node.insert_after(head, node.tail(head), node.new(WHATSIT, END_LINK))
  end
  box.head = head
end

-- Mark the runs of a page, and all else on it as an artifact.
local function mark_page(head)
  pages, marks, links = pages + 1, {}, {}
  key = key + 1
  parents[#parents + 1] = {key = key, page = marks}
  pdf.setpageattributes(string.format("/StructParents %d /Tabs /S", key))
  walk(head)
  for _, each in ipairs(links) do
    local name = (each.element.text or ""):gsub("^%s+", ""):gsub("%s+$", "")
    each.start.link_attr = string.format("%s /F 4 /StructParent %d /Contents %s",
      each.start.link_attr or "", each.key, text_string(name))
  end
  return head
end

-- The end -----------------------------------------------------------------------------------------

-- Remove the elements that nothing was printed of; return whether `element` is one.
local function prune(element)
  local kept, empty = {}, true
  for _, kid in ipairs(element.kids) do
    if kid.kind then
      local bare = prune(kid)
      -- A row has all its cells.
      if not bare or kid.kind == "TD" or kid.kind == "TH" then
        kept[#kept + 1] = kid
      end
      empty = empty and bare
    elseif kid.annotation or #kid.marks > 0 then
      kept[#kept + 1] = kid
      empty = false
    end
  end
  element.kids = kept
  return empty
end

local function write(element, parent)
  local number = pdf.reserveobj()
  element.number = number
  local kids = {}
  for _, kid in ipairs(element.kids) do
    if kid.kind then
      kids[#kids + 1] = write(kid, number) .. " 0 R"
    elseif kid.annotation then
      kids[#kids + 1] = string.format("<</Type /OBJR /Obj %d 0 R /Pg %d 0 R>>", kid.annotation,
        pdf.pageref(kid.page))
    else
      for _, mark in ipairs(kid.marks) do
        kids[#kids + 1] = string.format("<</Type /MCR /Pg %d 0 R /MCID %d>>",
          pdf.pageref(mark.page), mark.mark)
      end
    end
  end
  local properties = element.properties or ""
  if element.kind == "Note" then
    local name = string.format("(note-%05d)", #notes // 2 + 1)
    notes[#notes + 1], notes[#notes + 2] = name, number .. " 0 R"
    properties = properties .. " /ID " .. name
  end
  pdf.immediateobj(number, string.format("<</Type /StructElem /S /%s /P %d 0 R %s /K [%s]>>",
    element.kind, parent, properties, table.concat(kids, " ")))
  return number
end

-- Write the structure and the metadata of the PDF; return entries of its catalog.
function tags.finish(title, language)
  prune(root)
  local tree = pdf.reserveobj()
  local document = write(root, tree)
  local numbers = {}
  for _, entry in ipairs(parents) do
    if entry.element then
      numbers[#numbers + 1] = string.format("%d %d 0 R", entry.key, entry.element.number)
    else
      local elements = {}
      for _, element in ipairs(entry.page) do
        elements[#elements + 1] = element.number .. " 0 R"
      end
      numbers[#numbers + 1] = string.format("%d [%s]", entry.key, table.concat(elements, " "))
    end
  end
  local parent_tree = pdf.immediateobj("<</Nums [" .. table.concat(numbers, "\n") .. "]>>")
  pdf.immediateobj(tree, string.format(
    "<</Type /StructTreeRoot /K [%d 0 R] /ParentTree %d 0 R /ParentTreeNextKey %d /IDTree <</Names [%s]>>>>",
    document, parent_tree, key + 1, table.concat(notes, " ")))
  local escaped = title:gsub("&", "&amp;"):gsub("<", "&lt;")
  local metadata = pdf.obj {
    type = "stream", immediate = true, compresslevel = 0, attr = "/Type /Metadata /Subtype /XML",
    string = string.format([[
<?xpacket begin="%s" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>%s</rdf:li></rdf:Bag></dc:language>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>]], utf8.char(0xFEFF), escaped, language)
  }
  return string.format("/StructTreeRoot %d 0 R /MarkInfo <</Marked true>> /Metadata %d 0 R",
    tree, metadata)
end

luatexbase.add_to_callback("pre_shipout_filter", mark_page, "guide-tags")
return tags
