// Runs before anything is drawn, so that no page flashes in the other theme.
document.documentElement.classList.remove("no-js");
try {
  document.body.dataset.theme = localStorage.getItem("theme") || "auto";
} catch {
  document.body.dataset.theme = "auto"; // storage is refused
}
// Where guide.js is lost or fails, the page is what it is without scripts, and no button is dead.
addEventListener("error", (event) => {
  if ((event.filename || event.target.src || "").includes("guide.js")) document.documentElement.classList.add("no-js");
}, true);
