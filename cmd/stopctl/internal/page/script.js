// Brings what is new into the page. The server has rendered and escaped all of it.
"use strict";
const find = (id) => document.getElementById(id);

function part(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

// The fleet: a row is replaced if it changed, so that the others keep what is selected in them.
function fleet(html) {
  const fresh = part(html), place = find("fleet");
  if (!place) return;
  const rows = new Map([...place.querySelectorAll("tr[data-id]")].map((row) => [row.dataset.id, row]));
  const said = [];
  for (const row of fresh.querySelectorAll("tr[data-id]")) {
    const old = rows.get(row.dataset.id);
    if (!old || old.innerHTML === row.innerHTML) continue;
    if (old.dataset.state !== row.dataset.state) said.push(row.dataset.id + ": " + row.dataset.state);
    row.className = "changed";
    old.replaceWith(row.cloneNode(true));
  }
  place.querySelector(".counts").replaceWith(fresh.querySelector(".counts"));
  if (said.length) find("said").textContent = said.slice(0, 5).join(", ");
}

// An event: it is shown on top, and opened. The one before it is closed, unless somebody has opened it.
function event(html) {
  const card = part(html).querySelector(".event");
  if (!card || find(card.id)) return;
  for (const old of document.querySelectorAll(".event[open]:not([data-kept])")) old.open = false;
  find("events").prepend(card);
  find("none").hidden = true;
  for (const old of [...document.querySelectorAll(".event")].slice(50)) old.remove();
  const marked = card.querySelector(".marked");
  if (marked) marked.parentElement.scrollTop = marked.offsetTop - marked.parentElement.offsetTop - 60;
}

find("events").addEventListener("click", (e) => {
  const card = e.target.closest(".event > summary")?.parentElement;
  if (card) card.toggleAttribute("data-kept", !card.open);
});

const source = new EventSource("/_emulator/page/changes?since=" + encodeURIComponent(document.body.dataset.since));
source.addEventListener("open", () => { find("link").hidden = false; find("lost").hidden = true; });
source.addEventListener("error", () => { find("link").hidden = true; find("lost").hidden = false; });
source.addEventListener("fleet", (e) => fleet(e.data));
source.addEventListener("event", (e) => event(e.data));
source.addEventListener("working", () => document.body.classList.add("working"));
source.addEventListener("idle", () => document.body.classList.remove("working"));
source.addEventListener("reload", () => { source.close(); location.replace("/"); });
addEventListener("pagehide", () => source.close());
addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });

// The form without leaving the page. What became of the event comes as every other event does.
find("send").addEventListener("submit", async (e) => {
  e.preventDefault();
  const form = e.target, button = form.querySelector("button"), fault = find("fault");
  button.disabled = true;
  fault.hidden = true;
  let text = "";
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok) text = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("fault")?.textContent || "HTTP " + answer.status;
  } catch {
    text = "run -serve cannot be reached. Was it ended?";
  }
  button.disabled = false;
  fault.textContent = text;
  fault.hidden = text === "";
});

// A sample is shown as soon as it is chosen. Show asks the server for the whole page: only without a script.
const choice = find("choice");
if (choice) {
  choice.querySelector("button").hidden = true;
  choice.addEventListener("submit", (e) => e.preventDefault());
  find("sample").addEventListener("change", async (e) => {
    if (!e.target.value) return;
    const answer = await fetch("/_emulator/page/samples/" + encodeURIComponent(e.target.value));
    if (answer.ok) find("event").value = await answer.text();
  });
}
