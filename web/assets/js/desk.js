// The board follows what happens, without a reload: figures, the street and the rows that are already there are brought
// up to date where they stand; what is new or gone is said, and the list is laid out again only when somebody asks for
// it. The page works without this file: it has a link that loads it again.
"use strict";

const follow = document.querySelector("[data-follow-seconds]");
const status = document.querySelector(".gn-follow");
const seconds = Number(follow.dataset.followSeconds);
const waitSeconds = 10;
let running = true;
let latest = null;

function plainButton(words, press) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "gn-plain";
  button.textContent = words;
  button.addEventListener("click", press);
  return button;
}

const every = document.createElement("span");
const pause = plainButton("Pause updates", () => {
  running = !running;
  pause.textContent = running ? "Pause updates" : "Update again";
  every.textContent = running ? `Updates every ${seconds} seconds. ` : "Not updating. ";
});
every.textContent = `Updates every ${seconds} seconds. `;
follow.replaceChildren(every, pause, " ", plainButton("Print", () => window.print()));

const rowsOf = (page) => new Map([...page.querySelectorAll("[data-live-row]")].map((row) => [row.id, row]));
const isUsed = (part) => part.contains(document.activeElement) || part.matches(":hover") || part.querySelector("[open]");

function bringUpToDate(page) {
  for (const part of document.querySelectorAll("[data-live]")) {
    const newer = page.querySelector(`[data-live="${part.dataset.live}"]`);
    if (newer && newer.innerHTML !== part.innerHTML && !isUsed(part)) part.innerHTML = newer.innerHTML;
  }
  const newer = rowsOf(page);
  for (const [id, row] of rowsOf(document)) {
    const now = newer.get(id);
    // The number of a row is its place in the list that is shown: it stays until the list is laid out again.
    if (now && !isUsed(row) && !row.querySelector("form")) {
      for (const [at, part] of [...row.children].entries()) {
        if (at && now.children[at] && part.innerHTML !== now.children[at].innerHTML) part.innerHTML = now.children[at].innerHTML;
      }
    }
  }
}

function layOutAgain() {
  const heading = document.querySelector("#nobody");
  const section = heading.closest("section");
  section.replaceWith(latest.querySelector("#nobody").closest("section"));
  bringUpToDate(latest);
  status.replaceChildren("Up to date.");
  const now = document.querySelector("#nobody");
  now.tabIndex = -1;
  now.focus();
}

function sayChanges(page) {
  const [old, newer] = [rowsOf(document), rowsOf(page)];
  const fresh = [...newer.keys()].filter((id) => !old.has(id)).length;
  const gone = [...old.keys()].filter((id) => !newer.has(id)).length;
  const words = [fresh && `${fresh} new`, gone && `${gone} gone`].filter(Boolean).join(", ");
  if (!words) {
    if (status.textContent) status.replaceChildren();
    return;
  }
  if (status.dataset.said === words && status.textContent) return;
  status.dataset.said = words;
  status.replaceChildren(`${words} in the list. `, plainButton("Show the list as it is now", layOutAgain));
}

async function newestPage() {
  const wait = new AbortController();
  const timer = setTimeout(() => wait.abort(), waitSeconds * 1000);
  try {
    const answer = await fetch(window.location.href, { cache: "no-store", signal: wait.signal });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } finally {
    clearTimeout(timer);
  }
}

async function look() {
  if (!running || document.hidden) return;
  try {
    latest = await newestPage();
    if (!latest.querySelector("#nobody")) throw new Error("another page");
    bringUpToDate(latest);
    sayChanges(latest);
  } catch {
    status.replaceChildren("This page could not be brought up to date. It may be an old one: load it again.");
  }
}

setInterval(look, seconds * 1000);
