// Splits, folds and stems words as folded_search.py does, and unpacks the index that it writes.
function fold(text) {
  const letters = { "œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "ى": "ي", "ة": "ه" };
  return [...withoutMarks(text.toLowerCase().normalize("NFKD"))].map((each) => letters[each] ?? each).join("");
}

function withoutMarks(text) {
  const digits = text.replace(/[٠-٩۰-۹]/g, (digit) => digit.charCodeAt(0) % 16);
  return digits.replace(/[\p{M}\p{Cf}ـ]/gu, "");
}

// Returns the words of a text, in small letters; of scripts that put no spaces between words, each
// two letters; an acronym that would else be passed over as "it_" for "IT".
function splitQuery(text) {
  const unspaced = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}";
  const words = new RegExp(`([${unspaced}]+)|(?:(?![${unspaced}])[\\p{L}\\p{N}])+`, "gu");
  const thousands = /(^|[^\d.,])(\d{1,3}(?:[ .,'’٬]\d{3})+)(?!\d)/g;
  const plain = withoutMarks(text.normalize("NFKC"))
    .replace(thousands, (_, before, number) => before + number.replace(/\D/g, ""));
  const found = [];
  for (const [word, run] of plain.matchAll(words)) {
    const low = word.toLowerCase();
    const letters = [...word];
    if (run && letters.length > 1) found.push(...letters.slice(1).map((letter, place) => letters[place] + letter));
    else found.push(letters.length > 1 && word !== low && word === word.toUpperCase() && stopwords.has(low) ? `${low}_` : low);
  }
  return found;
}

var Stemmer = class {
  constructor() {
    this.stemmer = new SnowballStemmer();
  }

  stemWord(word) {
    if (word.endsWith("_")) return word;
    const stem = fold(this.stemmer.stemWord(word.replace(/^[وف](?=ال)/, "").replace(/ه$/, "ة")));
    return stem.replace(/([a-z]{4})[aeiouy]+$/, "$1");
  }
};

function unpackIndex(index) {
  const [words, pages] = index.terms.map((text) => text.split(" "));
  let last = [];
  index.terms = {};
  words.forEach((word, place) => {
    last = [...last.slice(0, word.charCodeAt(0) - 48), ...word.slice(1)];
    index.terms[last.join("")] = [...pages[place]].map((page) => page.codePointAt(0) - 33);
  });
  return index;
}
