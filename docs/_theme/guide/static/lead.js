// Leads to the first language of the reader that the guide has, else to its first language.
"use strict";

const links = [...document.querySelectorAll("a[hreflang]")];
const sameLanguage = (link, tag) => link.hreflang.split("-")[0] === tag.split("-")[0];
const wanted = navigator.languages.map((tag) => links.find((link) => sameLanguage(link, tag))).find(Boolean);
location.replace((wanted ?? links[0]).href);
