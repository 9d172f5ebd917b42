// Menu and contents as drawers, sections of the menu, theme, language links, definitions, copies.
// Without this file every page can still be read, and every link followed: see theme.js.
"use strict";

const wide = { menu: matchMedia("(min-width: 63.01em)"), contents: matchMedia("(min-width: 82.01em)") };

function drawer(id) {
  const panel = document.getElementById(id);
  const buttons = [...document.querySelectorAll(`[aria-controls="${id}"]`)];
  let opener = null;

  function toggle(open, returnFocus) {
    panel.classList.toggle("open", open);
    for (const button of buttons) button.setAttribute("aria-expanded", String(open));
    if (open) {
      const links = [...panel.querySelectorAll("a, button, input")];
      links.find((each) => each.getClientRects().length)?.focus();
    } else if (returnFocus && opener) {
      opener.focus();
    }
  }
  for (const button of buttons) {
    button.addEventListener("click", () => {
      opener = button;
      toggle(!panel.classList.contains("open"), true);
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel.classList.contains("open")) toggle(false, true);
  });
  // A click or the focus elsewhere closes it; so does a link of the page itself.
  document.addEventListener("click", (event) => {
    const inside = panel.contains(event.target) && !event.target.closest('a[href^="#"]');
    const button = buttons.some((each) => each.contains(event.target));
    if (panel.classList.contains("open") && !inside && !button) toggle(false, false);
  });
  panel.addEventListener("focusout", (event) => {
    const next = event.relatedTarget;
    if (next && !panel.contains(next) && !buttons.includes(next)) toggle(false, false);
  });
  wide[id].addEventListener("change", () => toggle(false, false));
}
for (const id of Object.keys(wide)) if (document.getElementById(id)) drawer(id);

for (const button of document.querySelectorAll(".expander")) {
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!open));
  });
}

// The theme: automatic, light, dark, in turn.
const toggles = [...document.querySelectorAll(".theme-toggle")];
function nameTheme() {
  const theme = document.body.dataset.theme;
  for (const each of toggles) each.querySelector(".visually-hidden").textContent = each.dataset[theme];
}
for (const each of toggles) {
  each.addEventListener("click", () => {
    const themes = ["auto", "light", "dark"];
    const theme = themes[(themes.indexOf(document.body.dataset.theme) + 1) % themes.length];
    document.body.dataset.theme = theme;
    try {
      localStorage.setItem("theme", theme);
    } catch { /* storage is refused: the choice lasts as long as the page */ }
    nameTheme();
  });
}
nameTheme();

// The other languages keep the place in the page: identifiers are the same in all of them.
for (const link of document.querySelectorAll(".languages a")) {
  link.addEventListener("click", () => { link.hash = location.hash; });
}

// The section being read, in the contents.
const entries = new Map();
for (const link of document.querySelectorAll(".toc-tree a[href^='#']")) {
  const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (section) entries.set(section, link.parentElement);
}
const observer = new IntersectionObserver(() => {
  let current = null;
  for (const section of entries.keys()) {
    if (section.getBoundingClientRect().top < innerHeight / 3) current = section;
  }
  for (const [section, item] of entries) item.classList.toggle("scroll-current", section === current);
}, { threshold: [0, 0.25, 0.5, 0.75, 1] });
for (const section of entries.keys()) observer.observe(section);

// What is wider than the screen scrolls by itself: then the keyboard must reach it, and a table
// says so.
function letScroll() {
  for (const box of document.querySelectorAll(".table-wrapper, pre")) {
    const caption = box.querySelector("caption");
    const names = { tabindex: "0" };
    if (caption) {
      Object.assign(names, { role: "region", "aria-label": caption.textContent, "data-hint": document.body.dataset.scroll });
    }
    for (const [name, value] of Object.entries(names)) {
      if (box.scrollWidth > box.clientWidth) box.setAttribute(name, value);
      else box.removeAttribute(name);
    }
  }
}
addEventListener("resize", letScroll);
letScroll();

// The definition of a term, while it or its link is pointed at or the link has the focus; Escape
// puts it away (WCAG 1.4.13).
let shown = null;
function hide() {
  shown?.box.remove();
  shown?.link.removeAttribute("aria-describedby");
  shown = null;
}
function show(link) {
  if (shown?.link === link) return;
  hide();
  const box = document.createElement("div");
  box.className = "definition";
  box.id = "definition";
  box.setAttribute("role", "tooltip");
  box.textContent = link.dataset.definition;
  link.after(box);
  const place = link.getBoundingClientRect();
  const frame = box.offsetParent.getBoundingClientRect();
  const start = document.dir === "rtl" ? place.right - box.offsetWidth : place.left;
  const left = Math.min(start, innerWidth - box.offsetWidth - 8);
  const below = place.bottom + 4;
  const above = place.top - 4 - box.offsetHeight;
  const top = below + box.offsetHeight > innerHeight && above > 0 ? above : below;
  box.style.setProperty("left", `${Math.max(8, left) - frame.left}px`);
  box.style.setProperty("top", `${top - frame.top}px`);
  link.setAttribute("aria-describedby", box.id);
  shown = { link, box };
  box.addEventListener("mouseleave", leave);
}
function leave(event) {
  if (!shown || document.activeElement === shown.link) return;
  const { link, box } = shown;
  if (!link.contains(event.relatedTarget) && !box.contains(event.relatedTarget)) hide();
}
for (const link of document.querySelectorAll("[data-definition]")) {
  link.addEventListener("mouseenter", () => show(link));
  link.addEventListener("mouseleave", leave);
  link.addEventListener("focus", () => show(link));
  link.addEventListener("blur", hide);
}
document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });

// What is copied is said, and shown where the clipboard is refused.
const status = document.querySelector(".status");
let forget = 0;
function copy(text) {
  navigator.clipboard?.writeText(text).catch(() => {});
  tell(text);
}
function tell(text) {
  status.textContent = `${document.body.dataset.copied} ${text}`;
  clearTimeout(forget);
  forget = setTimeout(() => { status.textContent = ""; }, 8000);
}
// sphinx-copybutton speaks few languages: its buttons are named, and what they do is said, here.
addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll(".copybtn")) {
    button.setAttribute("aria-label", document.body.dataset.copy);
    button.addEventListener("click", () => tell(button.previousElementSibling.textContent.replace(/^\$ /gm, "")));
  }
});
for (const heading of document.querySelectorAll("article section[id] > :is(h2, h3, h4)")) {
  const link = document.createElement("a");
  link.className = "headerlink";
  link.href = `#${heading.parentElement.id}`;
  link.textContent = "#";
  link.setAttribute("aria-label", document.body.dataset.link);
  link.addEventListener("click", () => copy(link.href));
  heading.append(link);
}
const cite = document.querySelector(".cite");
cite?.addEventListener("click", () => {
  const language = document.querySelector("meta[property='og:locale']").content.replace("_", "-");
  const day = new Intl.DateTimeFormat(`${language}-u-ca-gregory-nu-latn`, { dateStyle: "long" });
  const page = document.querySelector("link[rel=canonical]")?.href ?? location.href.replace(/[#?].*/, "");
  copy(cite.dataset.citation.replace("{date}", day.format(new Date())).replace("{address}", page));
});

// The key / leads to the search.
document.addEventListener("keydown", (event) => {
  const writing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || writing) return;
  event.preventDefault();
  const fields = [...document.querySelectorAll("#again, .sidebar-search")];
  const field = fields.find((each) => getComputedStyle(each).visibility === "visible");
  if (field) field.focus();
  else location.assign(document.querySelector(".search-link").href);
});

// The words that were searched for, from the page of results: #…?words are kept for one visit.
try {
  const words = sessionStorage.getItem("searched");
  if (words && document.referrer.startsWith(document.forms[0].action)) markWords(words.split(" "));
  sessionStorage.removeItem("searched");
} catch { /* storage is refused */ }

// The same folding as in back_office_guide/extensions/folded_search.py.
function withoutMarks(form, text) {
  return text.toLowerCase().normalize(form).replace(/\p{M}/gu, "");
}
function fold(text) {
  const letters = { "œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "ـ": "", "ى": "ي", "ة": "ه" };
  return [...withoutMarks("NFD", text)].map((sign) => letters[sign] ?? sign).join("");
}

function markWords(stems) {
  // Arabic writes articles and prepositions in one with the word.
  const begins = new RegExp(`^(?:[وف]?(?:[بك]?ال|لل|[بكل])?)(?:${stems.join("|")})`, "u");
  const walker = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest("pre, svg, script")) continue;
    for (const match of node.data.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
      if (begins.test(fold(match[0]))) found.push([node, match]);
    }
  }
  for (const [node, match] of found.reverse()) {
    const range = document.createRange();
    range.setStart(node, match.index);
    range.setEnd(node, match.index + match[0].length);
    range.surroundContents(document.createElement("mark"));
  }
}
