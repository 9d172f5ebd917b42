// Searches Sphinx's index (searchindex.js) with the stemmer of language_data.js.
"use strict";

// The same folding as extensions/folded_search.py.
const LETTERS = { "œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "ـ": "", "ى": "ي", "ة": "ه" };
function fold(text) {
  const bare = text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  return [...bare].map((sign) => LETTERS[sign] ?? sign).join("");
}
const wordsOf = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
const stemmer = new Stemmer();
const stems = (word) => [...new Set([fold(stemmer.stemWord(word)), fold(stemmer.stemWord(fold(word)))])];
const list = (value) => (value === undefined ? [] : [].concat(value));

var Search = { setIndex };

function setIndex(index) {
  const query = new URLSearchParams(location.search).get("q")?.trim() ?? "";
  const field = document.getElementById("again");
  field.value = query;
  if (!query) {
    field.focus();
    return;
  }
  show(find(index, query), query);
}

// Returns the results, best first: {title, link, kind}.
function find(index, query) {
  const all = wordsOf(query);
  const content = all.filter((word) => !stopwords.has(word));
  const words = content.length ? content : all;
  const scores = new Map(index.docnames.map((_, page) => [page, 0]));
  for (const word of words) {
    const pages = pagesWith(index, word);
    for (const page of scores.keys()) {
      if (pages.has(page)) scores.set(page, scores.get(page) + pages.get(page));
      else scores.delete(page);
    }
  }
  const results = [];
  const seen = new Set();
  function add(title, page, anchor, score, kind) {
    const link = `${index.docnames[page]}.html${anchor ? `#${anchor}` : ""}`;
    if (!seen.has(link)) results.push({ title, link, score, kind });
    seen.add(link);
  }
  const wanted = words.flatMap((word) => compound(index, word) ?? [word]);
  for (const [entry, places] of Object.entries(index.indexentries)) {
    if (holds(entry, wanted)) {
      for (const [page, anchor] of places) add(entry, page, anchor, 1000 - entry.length, "glossary");
    }
  }
  for (const [title, places] of Object.entries(index.alltitles)) {
    if (holds(title, wanted)) {
      for (const [page, anchor] of places) {
        const name = anchor ? `${index.titles[page]} › ${title}` : title;
        add(name, page, anchor, 500 - title.length, "title");
      }
    }
  }
  for (const [page, score] of scores) add(index.titles[page], page, null, score, "page");
  return results.sort((one, other) => other.score - one.score);
}

// Returns the score of each page that holds a word: whole, else its beginning, else its two parts.
function pagesWith(index, word) {
  const pages = new Map();
  const add = (value, score) => {
    for (const page of list(value)) pages.set(page, (pages.get(page) ?? 0) + score);
  };
  for (const stem of stems(word)) {
    add(index.terms[stem], 5);
    add(index.titleterms[stem], 20);
  }
  if (!pages.size && word.length > 2) {
    const begin = fold(word);
    for (const term of Object.keys(index.terms)) {
      if (term.startsWith(begin)) add(index.terms[term], 2);
    }
  }
  if (!pages.size) {
    const parts = compound(index, word);
    if (parts) {
      const [first, second] = parts.map((part) => pagesWith(index, part));
      for (const [page, score] of first) if (second.has(page)) pages.set(page, score + second.get(page));
    }
  }
  return pages;
}

// Returns the two words that make up "backoffice", if the index knows both and not the whole.
function compound(index, word) {
  const known = (part) => stems(part).some((stem) => Object.hasOwn(index.terms, stem));
  if (known(word)) return null;
  for (let cut = 3; cut <= word.length - 3; cut += 1) {
    if (known(word.slice(0, cut)) && known(word.slice(cut))) return [word.slice(0, cut), word.slice(cut)];
  }
  return null;
}

function holds(text, words) {
  const there = new Set(wordsOf(text).flatMap(stems));
  return words.every((word) => stems(word).some((stem) => there.has(stem)));
}

function show(results, query) {
  const status = document.getElementById("search-status");
  const { none, one, many } = status.dataset;
  status.textContent = results.length > 1 ? many.replace("{count}", results.length) : results.length ? one : none;
  const place = document.getElementById("search-results");
  for (const result of results) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = result.link;
    link.append(...marked(result.title, query));
    item.append(link);
    if (result.kind === "glossary") item.append(` (${place.dataset.glossary})`);
    if (location.protocol !== "file:") { // from which no page may be read
      const excerpt = document.createElement("p");
      item.append(excerpt);
      passage(result.link, query).then((text) => excerpt.append(...marked(text, query)), () => {});
    }
    place.append(item);
  }
  try {
    sessionStorage.setItem("searched", wordsOf(query).flatMap(stems).join(" "));
  } catch { /* storage is refused: the page does not mark the words */ }
}

// Returns how the place that a link leads to speaks of the words of the query: its first paragraph
// with one of them, from a little before it; else how it begins.
const pages = new Map();
async function passage(link, query) {
  const [address, anchor] = link.split("#");
  if (!pages.has(address)) pages.set(address, fetch(address).then((answer) => answer.text()));
  const page = new DOMParser().parseFromString(await pages.get(address), "text/html");
  const place = anchor && page.getElementById(decodeURIComponent(anchor));
  const whole = place?.closest("dt")?.nextElementSibling ?? place?.closest("section") ?? page.querySelector("article");
  const wanted = new Set(wordsOf(query).flatMap(stems));
  const texts = [...whole.querySelectorAll("p:not(.caption), li, td")].map((block) => block.textContent.trim());
  for (const text of texts) {
    for (const match of text.matchAll(/[\p{L}\p{N}]+/gu)) {
      if (!stems(match[0].toLowerCase()).some((stem) => wanted.has(stem))) continue;
      const start = match.index < 100 ? 0 : text.indexOf(" ", match.index - 80) + 1;
      return (start ? "… " : "") + text.slice(start);
    }
  }
  return texts[0] ?? "";
}

// Returns a text with the words of the query marked, accents or not.
function marked(text, query) {
  const wanted = new Set(wordsOf(query).flatMap(stems));
  return text.split(/([\p{L}\p{N}]+)/u).map((part) => {
    if (!part || !stems(part.toLowerCase()).some((stem) => wanted.has(stem))) return part;
    const mark = document.createElement("mark");
    mark.textContent = part;
    return mark;
  });
}
