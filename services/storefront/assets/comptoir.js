// What htmx cannot say in attributes. Every page works without this file.

// A form that is on its way is not sent again by a second click; the server would notice too.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.once === undefined || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
});

// A page that comes back by the browser's back button may be filled in again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

// A choice that needs no button.
document.addEventListener("change", (event) => {
  event.target.closest("form[data-auto]")?.requestSubmit();
});

// What is suggested under the search box: the arrows go up and down in it, Escape and everything that
// happens elsewhere close it.
const search = document.querySelector("form.search");
const suggestions = document.querySelector("#suggestions");
const close = () => suggestions.replaceChildren();

search?.addEventListener("keydown", (event) => {
  const stops = [search.elements.q, ...suggestions.querySelectorAll("a")];
  if (stops.length === 1) return;
  const at = stops.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") {
    close();
    search.elements.q.focus();
  } else if (step && at >= 0) {
    stops[(at + step + stops.length) % stops.length].focus();
  } else {
    return;
  }
  event.preventDefault();
});

for (const kind of ["pointerdown", "focusin"]) {
  document.addEventListener(kind, (event) => {
    if (search && !search.contains(event.target)) close();
  });
}
