// Splits, folds and stems words as folded_search.py does, and unpacks the index that it writes.
var { fold, splitQuery, Stemmer, unpackIndex } = (() => {
  const LETTERS = { "œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "ى": "ي", "ة": "ه" };
  const UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff"
    + "\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}";
  const WORD = new RegExp(`([${UNSPACED}]+)|(?:(?![${UNSPACED}])[\\p{L}\\p{N}])+`, "gu");
  const THOUSANDS = /(^|[^\d.,])(\d{1,3}(?:[ .,'’٬]\d{3})+)(?!\d)/g;
  const snowball = new SnowballStemmer();

  function withoutMarks(text) {
    const digits = text.replace(/[٠-٩۰-۹]/g, (digit) => digit.charCodeAt(0) % 16);
    return digits.replace(/[\p{M}\p{Cf}ـ]/gu, "");
  }

  function fold(text) {
    return withoutMarks(text.toLowerCase().normalize("NFKD")).replace(/[œæßøłىة]/g, (letter) => LETTERS[letter]);
  }

  for (const word of [...stopwords]) stopwords.add(fold(word));

  // Returns the words of a text, in small letters; of scripts that put no spaces between words, each
  // two letters; and "it_" for "IT" where "it" is passed over.
  function splitQuery(text) {
    const plain = withoutMarks(text.normalize("NFKC"))
      .replace(/([\u0621-\u064a])(?=[0-9])/g, "$1 ")
      .replace(THOUSANDS, (_, before, number) => before + number.replace(/\D/g, ""));
    const found = [];
    for (const [word, run] of plain.matchAll(WORD)) {
      const low = word.toLowerCase();
      const letters = run ? [...run] : [];
      const acronym = word !== low && word.length > 1 && word === word.toUpperCase() && stopwords.has(low);
      if (letters.length > 1) found.push(...letters.slice(1).map((letter, place) => letters[place] + letter));
      else found.push(acronym ? `${low}_` : low);
    }
    return found;
  }

  class Stemmer {
    stemWord(word) {
      if (word.endsWith("_")) return word;
      return fold(snowball.stemWord(word)).replace(/([a-z]{4})[aeiouy]+$/, "$1");
    }
  }

  // Reads what pack_terms of folded_search.py wrote.
  function unpackIndex(index) {
    const [words, held] = index.terms;
    index.terms = {};
    let last = "";
    let place = 0;
    for (const [, same, rest] of words.matchAll(/([A-Z])([^A-Z]*)/g)) {
      last = [...last].slice(0, same.charCodeAt(0) - 65).join("") + rest;
      const pages = [];
      for (let odd = false; !odd; place += 1) {
        const code = held.charCodeAt(place) - 36;
        odd = Boolean(code % 2);
        pages.push(code >> 1);
      }
      index.terms[last] = pages;
    }
    return index;
  }

  return { fold, splitQuery, Stemmer, unpackIndex };
})();
