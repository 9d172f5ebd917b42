// Finds the pages and terms that a query means, in the index of folded_search.py, and shows them.
// splitQuery, fold, Stemmer, stopwords and unpackIndex are in language_data.js.
// The weights were found by trial, with tests/queries; around them little changes.
"use strict";

var Search = (() => {
  const stemmer = new Stemmer();
  const stemmed = new Map();
  const SHOWN = 90; // letters of a passage, about those of the beginnings in the index
  const LONGEST = 40; // of words that are taken for misspelled or for two in one

  let indexed = new Set();

  // Returns the stem of a word, without what is written in one with it where only the rest is indexed.
  function stem(word) {
    const whole = stemmer.stemWord(word);
    let rest = whole;
    while (!indexed.has(rest) && PREFIX.test(rest)) rest = rest.replace(PREFIX, "");
    return indexed.has(rest) ? rest : whole;
  }

  // Returns the stems of a word, as it is written and without accents.
  function stems(word) {
    if (!stemmed.has(word)) stemmed.set(word, [...new Set([word, fold(word)].map(stem))]);
    return stemmed.get(word);
  }

  // Returns the words of a text that mean something; all of them if none does.
  function contentOf(text) {
    const words = splitQuery(text);
    const content = words.filter((word) => !stopwords.has(word));
    return content.length ? content : words;
  }

  // Returns what can be found, pages and entries of the glossary, and the words that lead to them.
  function prepare(index) {
    indexed = new Set(Object.keys(index.terms));
    const addressOf = (page) => document.getElementById("search-results").dataset.address
      .replace("PAGE", index.docnames[page]).replace(/(^|\/)index\/$/, "$1");
    const units = index.docnames.map((_, page) => ({
      text: index.leads[page],
      names: [{ title: index.titles[page], link: addressOf(page), weight: 2.5 }],
      weight: index.last.includes(page) ? 0.4 : index.lists.includes(page) ? 0.6 : 1,
      strength: new Map(),
    }));
    for (const [stem, pages] of Object.entries(index.terms)) {
      for (const page of pages) units[page].strength.set(stem, 0.5);
    }
    for (const [title, places] of Object.entries(index.alltitles)) {
      for (const [page, anchor] of places) {
        units[page].names.push({ title, link: `${addressOf(page)}#${anchor}`, weight: 1 });
      }
    }
    for (const [title, places] of Object.entries(index.indexentries)) {
      for (const [page, anchor] of places) {
        const link = `${addressOf(page)}#${anchor}`;
        const short = Object.keys(index.acronyms).filter((each) => index.acronyms[each] === anchor);
        // "know your customer (KYC)" is also "know your customer", and "KYC".
        const parts = title.split(/[()]/).filter((part) => part.trim());
        const names = [...new Set([title, ...parts, ...short])]
          .map((says) => ({ title, link, says, weight: 3 }));
        const text = index.definitions[anchor] ?? "";
        units.push({ entry: true, text, names, weight: 1, strength: new Map() });
      }
    }
    const holders = new Map();
    const spelled = new Map();
    for (const unit of units) {
      const add = (words, more) => {
        for (const stem of new Set(words.flat())) unit.strength.set(stem, (unit.strength.get(stem) ?? 0) + more);
      };
      for (const name of unit.names) {
        name.words = contentOf(name.says ?? name.title).map(stems);
        name.stems = name.words.flat();
      }
      add(contentOf(unit.text).map(stems), 0.75);
      add(unit.names[0].words, 1);
      add(unit.names.flatMap((name) => name.words), 0.75);
      for (const [stem, strength] of unit.strength) {
        if (!holders.has(stem)) holders.set(stem, new Map());
        holders.get(stem).set(unit, strength);
      }
      for (const text of [unit.text, ...unit.names.map((name) => name.title)]) {
        for (const word of splitQuery(text)) if (!spelled.has(word)) spelled.set(fold(word), word);
      }
    }
    const suggested = [...holders].filter(([, held]) => [...held.keys()].some((unit) => unit.weight > 0.5));
    // What means one thing: the words of a line of synonyms, and a name of several words.
    const sayings = index.synonyms.map((line) => line.split(",").map(contentOf));
    for (const { entry, names } of units) {
      if (!entry) continue;
      const [whole, ...others] = names.map((name) => contentOf(name.says));
      sayings.push(...[[whole], others].filter(([words]) => words?.length > 1));
    }
    return {
      units,
      holders,
      spelled,
      sayings,
      terms: [...holders.keys()],
      suggested: suggested.map(([stem]) => stem),
      pages: index.docnames.length,
    };
  }

  // Returns the stems that may be meant by a word, each with how likely: its own; and, of what the
  // index knows, words that begin with it or hold it.
  function meant(model, word) {
    const own = stems(word).filter((stem) => model.holders.has(stem));
    const found = new Map(own.map((stem) => [stem, 1]));
    const begin = own[0]?.length > 3 ? own[0] : fold(word);
    if (begin.length < 3 || (own.length && begin.length < 4)) return found;
    for (const term of model.terms) {
      if (found.has(term)) continue;
      if (term.startsWith(begin)) found.set(term, 0.4);
      else if (begin.length > 3 && term.includes(begin)) found.set(term, 0.3);
    }
    return found;
  }

  // Returns the nearest spelling that the index knows, or null. Of the first two letters one is right.
  function nearest(model, word) {
    const forms = [...new Set([fold(word), ...stems(word)])];
    const { length } = forms[0];
    if (length < 4 || length > LONGEST || /\d/.test(word)) return null;
    let best = null;
    let least = length < 8 ? 1.9 : 2.9;
    function consider(candidate, from, tail, result) {
      const more = from.length - candidate.length;
      if (candidate.length < 4 || more < -3 || more > (tail < 1 ? 6 : 3)) return;
      const begins = candidate[0] === from[0];
      if (!begins && candidate[1] !== from[1] && candidate[0] !== from[1]) return;
      const cost = distance(candidate, from, tail) + (begins ? 0 : 0.5);
      if (cost < least) [best, least] = [result, cost];
    }
    for (const [folded, written] of model.spelled) consider(folded, forms[0], 1, { written });
    for (const stem of model.suggested) forms.forEach((form, i) => consider(stem, form, i ? 1 : 0.3, { stem }));
    return best;
  }

  // Returns how many letters are to be changed, added, taken away or swapped to make `from` of the
  // beginning of `to`; each letter of it that is left costs `tail`.
  function distance(from, to, tail) {
    let before = [];
    let row = [...Array(to.length + 1).keys()];
    for (let i = 1; i <= from.length; i += 1) {
      const next = [i];
      for (let j = 1; j <= to.length; j += 1) {
        next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1));
        const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
        if (swapped) next[j] = Math.min(next[j], before[j - 2] + 1);
      }
      [before, row] = [row, next];
    }
    return Math.min(...row.map((cost, j) => cost + tail * (to.length - j)));
  }

  // Returns the two known parts of a word: "back" and "office", or "l" and "123"; or undefined.
  function partsOf(word, known) {
    const plain = fold(word);
    if (plain.length > LONGEST) return undefined;
    const digit = (place) => /\d/.test(plain[place]);
    return [...Array(plain.length).keys()].slice(1)
      .filter((cut) => (cut > 2 && cut < plain.length - 2) || digit(cut) !== digit(cut - 1))
      .map((cut) => [plain.slice(0, cut), plain.slice(cut)])
      .find((parts) => parts.every((part) => known(part) && !(part.length > 2 && stopwords.has(part))));
  }

  // Returns what a query asks for: for each of its words, or for several that mean one thing, the
  // ways to say it. A way is a list of words, each a map of stems to how likely they are meant.
  function asked(model, query) {
    const known = (word) => stems(word).some((stem) => model.holders.has(stem));
    const all = splitQuery(query).slice(0, 20)
      .map((word) => (word.endsWith("_") && !known(word) ? word.slice(0, -1) : word));
    const content = all.filter((word) => !stopwords.has(word));
    const words = content.length ? content : all;
    const same = (one, other) => other && stems(one).some((stem) => stems(other).includes(stem));
    const concepts = new Map();
    const unknown = new Map();
    for (let place = 0; place < words.length;) {
      let span = 1;
      const others = content.length ? [] : [[[`${words[place]}_`], 1.25]];
      if (place + 1 < words.length && known(words[place] + words[place + 1])) {
        span = 2;
        others.push([[words[place] + words[place + 1]], 1]);
      }
      for (const group of model.sayings) {
        const saying = group.find((each) => each.length >= span
          && each.every((word, i) => same(word, words[place + i])));
        if (!saying) continue;
        span = saying.length;
        for (const other of group) if (other !== saying) others.push([other, other === group[0] ? 0.8 : 0.6]);
      }
      const ways = [[words.slice(place, place + span), 1], ...others]
        .map(([way, weight]) => ({ weight, words: way.map((each) => meant(model, each)) }))
        .filter((way) => way.words.every((each) => each.size));
      const said = words.slice(place, place + span).join(" ");
      if (!ways.length) {
        const parts = partsOf(words[place], known);
        const near = parts || unknown.size > 3 ? null : nearest(model, words[place]);
        if (near?.stem) ways.push({ weight: 0.7, words: [new Map([[near.stem, 1]])] });
        else if (near) ways.push({ weight: 0.7, words: [meant(model, near.written)] });
        if (parts) ways.push({ weight: 1, words: parts.map((part) => meant(model, part)) });
        else unknown.set(said, near?.written);
      }
      if (ways.length) concepts.set(said, ways);
      place += span;
    }
    return { concepts: [...concepts.values()], unknown: [...unknown], passed: all.length - words.length };
  }

  // Returns the pages and entries that say what is meant, each with how surely, and how much of it is
  // about that; and how rare that is. A rarer word for a common one counts no more than that one.
  function sayers(model, ways) {
    const found = new Map();
    let rarity = 0;
    for (const { weight, words } of ways) {
      const each = words.map((likely) => {
        const holding = new Map();
        for (const [stem, sure] of likely) {
          for (const [unit, strength] of model.holders.get(stem)) {
            const most = holding.get(unit) ?? { sure: 0, much: 0 };
            holding.set(unit, { sure: Math.max(most.sure, sure), much: Math.max(most.much, sure * strength) });
          }
        }
        return holding;
      });
      const there = [...each[0].keys()].filter((unit) => each.every((holding) => holding.has(unit)));
      const mean = (unit, what) => each.reduce((sum, holding) => sum + holding.get(unit)[what], 0) / each.length;
      const pages = there.filter((unit) => !unit.entry && mean(unit, "sure") === 1).length;
      const rare = 0.5 + Math.log((model.pages + 1) / Math.max(1, pages));
      rarity = rarity || rare;
      const worth = weight * Math.min(1, rare / rarity);
      for (const unit of there) {
        const most = found.get(unit) ?? { sure: 0, much: 0 };
        found.set(unit, {
          sure: Math.max(most.sure, worth * mean(unit, "sure")),
          much: Math.max(most.much, worth * mean(unit, "much")),
        });
      }
    }
    return { found, rarity };
  }

  // Returns how surely a name says what is meant.
  function named(name, ways) {
    let most = 0;
    for (const { weight, words } of ways) {
      const sure = words.map((likely) => Math.max(...name.stems.map((stem) => likely.get(stem) ?? 0)));
      const mean = sure.reduce((sum, each) => sum + each) / sure.length;
      if (sure.every(Boolean)) most = Math.max(most, weight * mean);
    }
    return most;
  }

  // Returns the results, best first; the stems to mark in them; the words that are not known.
  let model = null;
  function find(query) {
    const { concepts, unknown, passed } = asked(model, query);
    const said = concepts.map((ways) => sayers(model, ways));
    const sum = (value) => concepts.reduce((all, ways, i) => all + said[i].rarity * value(ways, said[i].found), 0);
    const total = sum(() => 1);
    const certain = (ways) => new Set(ways.flatMap(({ words }) => words)
      .flatMap((likely) => [...likely].filter(([, sure]) => sure === 1).map(([stem]) => stem)));
    const all = certain(concepts.flat());
    // Of other ways to say it, only single words are marked.
    const wanted = certain(concepts.flatMap(([first, ...others]) => (
      [first, ...others.filter(({ words }) => words.length === 1)])));
    const units = new Set(said.flatMap(({ found }) => [...found.keys()]));
    const results = [...units].map((unit) => {
      const covered = sum((_, found) => found.get(unit)?.sure ?? 0) / total;
      const much = sum((_, found) => found.get(unit)?.much ?? 0);
      let [best, share] = [unit.names[0], 0];
      let exact = false;
      for (const name of unit.names) {
        const part = sum((ways) => named(name, ways)) / total;
        const told = name.words.filter((word) => word.some((stem) => all.has(stem))).length / name.words.length;
        const fits = part * part * told * name.weight;
        if (fits > share) [best, share] = [name, fits];
        exact = exact || (unit.entry && passed < 2 && part > 0.99 && told > 0.99);
      }
      const score = unit.weight * (covered * covered * much + share * total);
      return { unit, name: best, covered: covered * unit.weight, alone: covered, score, exact };
    });
    const most = Math.max(...results.map((each) => each.covered));
    const best = Math.max(...results.map((each) => each.score));
    return {
      results: results
        .filter((each) => each.alone > 0.6 * most || each.score > 0.3 * best)
        .sort((one, other) => Number(other.exact) - Number(one.exact) || other.score - one.score),
      wanted,
      unknown,
    };
  }

  function setIndex(index) {
    model = prepare(index);
    const query = new URLSearchParams(location.search).get("q")?.trim() ?? "";
    const field = document.getElementById("again");
    field.value = query;
    show(query ? find(query) : null, query);
    if (!query) field.focus();
  }

  function show(found, query) {
    const status = document.getElementById("search-status");
    status.textContent = "";
    if (!found) return;
    const { results, wanted, unknown } = found;
    const { none, one, many, instead, nearest: near } = status.dataset;
    const count = results.length > 1 ? many.replace("{count}", results.length) : results.length ? one : none;
    const missed = unknown.map(([word, other]) => (
      other ? instead.replace("{other}", other).replace("{word}", word) : near.replace("{word}", word)
    ));
    status.textContent = [...(results.length ? missed : []), count].join(" ");
    document.title = `${query} – ${count.replace(/\.$/, "")} – ${document.title}`;
    const list = document.getElementById("search-results");
    for (const { unit, name } of results) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = name.link;
      const within = name === unit.names[0] || unit.entry ? "" : `${unit.names[0].title} › `;
      link.append(within, ...marked(name.title, wanted));
      const text = document.createElement("p");
      text.append(...marked(unit.text, wanted));
      item.append(link, ...(unit.entry ? [` (${list.dataset.glossary})`] : []), text);
      list.append(item);
      if (!unit.entry && !text.querySelector("mark")) passages.set(text, { link: name.link, wanted });
    }
    // Pages are read for passages when somebody looks at the results: they weigh more than the index.
    if (location.protocol !== "file:") { // from which no page may be read
      for (const event of ["pointermove", "touchstart", "scroll", "keydown"]) {
        addEventListener(event, look, { once: true, passive: true });
      }
    }
    try {
      sessionStorage.setItem("searched", [...wanted].join(" "));
    } catch { /* storage is refused: the page does not mark the words */ }
  }

  const passages = new Map();
  const observer = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      const { link, wanted } = passages.get(target);
      passage(link, wanted).then((text) => text && target.replaceChildren(...marked(text, wanted)), () => {});
    }
  });
  function look() {
    for (const text of passages.keys()) observer.observe(text);
  }

  // Returns how the place that a link leads to speaks of the words: its first paragraph with one of
  // them, from a little before it; "" if there is none.
  const pages = new Map();
  async function passage(link, wanted) {
    const [address, anchor] = link.split("#");
    if (!pages.has(address)) pages.set(address, fetch(address).then((answer) => answer.text()));
    const page = new DOMParser().parseFromString(await pages.get(address), "text/html");
    const place = (anchor && page.getElementById(anchor)?.closest("section")) ?? page.querySelector("article");
    for (const block of place.querySelectorAll("p:not(.caption), li, td")) {
      const text = block.textContent.trim();
      const word = parts(text).find((part) => isWanted(part, wanted));
      if (!word) continue;
      const at = text.indexOf(word);
      const start = at < 50 ? 0 : text.indexOf(" ", at - 40) + 1;
      const end = start + SHOWN < text.length ? text.lastIndexOf(" ", start + SHOWN) : text.length;
      return (start ? "… " : "") + text.slice(start, Math.max(end, at + word.length)) + (end < text.length ? " …" : "");
    }
    return "";
  }

  const parts = (text) => text.split(/([\p{L}\p{N}\p{M}]+)/u);
  const isWanted = (part, wanted) => splitQuery(part).flatMap(stems).some((stem) => wanted.has(stem));

  // Returns a text with the words of the query marked, accents or not.
  function marked(text, wanted) {
    return parts(text).map((part) => {
      if (!isWanted(part, wanted)) return part;
      const mark = document.createElement("mark");
      mark.textContent = part;
      return mark;
    });
  }

  return { setIndex, find };
})();
