// Searches Sphinx's index (searchindex.js) with the stemmer of language_data.js.
"use strict";

// The same words and stems as in back_office_guide/extensions/folded_search.py; `fold` is in guide.js.
const wordsOf = (text) => withoutMarks("NFC", text).match(/[\p{L}\p{N}]+/gu) ?? [];
const stemmer = new Stemmer();
const stem = (word) => fold(stemmer.stemWord(word.replace(/^[وف](?=ال)/, "").replace(/ه$/, "ة")));
const stems = (word) => [...new Set([stem(word), stem(fold(word))])];
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
  const results = [];
  const seen = new Set();
  function add(title, page, anchor, score, kind) {
    const link = `${index.docnames[page]}.html${anchor ? `#${anchor}` : ""}`;
    if (!seen.has(link)) results.push({ title, link, score, kind });
    seen.add(link);
  }
  for (const each of spellings(index, words)) search(index, each, add);
  return results.sort((one, other) => other.score - one.score);
}

// Returns the words, and for each two of them that the index knows as one ("back office" for
// "Backoffice") the words with these written so.
function spellings(index, words) {
  const joined = words.slice(1).map((word, place) => words.toSpliced(place, 2, words[place] + word));
  return [words, ...joined.filter((each, place) => knows(index, each[place]))];
}

// Adds what holds all the words: entries of the glossary and the index, titles, pages.
function search(index, words, add) {
  const wanted = words.flatMap((word) => compound(index, word) ?? [word]);
  for (const [entry, places] of Object.entries(index.indexentries)) {
    const whole = holds(entry, wanted);
    if (whole || holdsWithin(entry, words)) {
      const first = holds(wordsOf(entry)[0] ?? "", wanted.slice(0, 1));
      const score = 1000 - entry.length + (first ? 100 : 0) - (whole ? 0 : 200);
      for (const [page, anchor] of places) add(entry, page, anchor, score, "glossary");
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
  const scores = new Map(index.docnames.map((_, page) => [page, 0]));
  for (const word of words) {
    const pages = pagesWith(index, word);
    for (const page of scores.keys()) {
      if (pages.has(page)) scores.set(page, scores.get(page) + pages.get(page));
      else scores.delete(page);
    }
  }
  for (const [page, score] of scores) add(index.titles[page], page, null, score, "page");
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
  if (knows(index, word)) return null;
  for (let cut = 3; cut <= word.length - 3; cut += 1) {
    const parts = [word.slice(0, cut), word.slice(cut)];
    if (parts.every((part) => knows(index, part))) return parts;
  }
  return null;
}

function knows(index, word) {
  return stems(word).some((stem) => Object.hasOwn(index.terms, stem));
}

function holds(text, words) {
  const there = new Set(wordsOf(text).flatMap(stems));
  return words.every((word) => stems(word).some((stem) => there.has(stem)));
}

// Says whether a text holds a word within another: German writes its compounds in one.
function holdsWithin(text, words) {
  return words.length === 1 && words[0].length > 3 && fold(text).includes(fold(words[0]));
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
    for (const match of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
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
  return text.split(/([\p{L}\p{N}\p{M}]+)/u).map((part) => {
    if (!part || !stems(part.toLowerCase()).some((stem) => wanted.has(stem))) return part;
    const mark = document.createElement("mark");
    mark.textContent = part;
    return mark;
  });
}
