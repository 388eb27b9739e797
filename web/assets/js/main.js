// Every page works without this file. It moves the eye to what went wrong, stops a double press from
// sending a form twice, keeps what was typed or pressed without a signal until it can be sent, and keeps a page that is
// waiting for news up to date.
"use strict";

const standsIn = document.currentScript.dataset.standsIn;
if (standsIn && "serviceWorker" in navigator) {
  window.addEventListener("load", () => navigator.serviceWorker.register(standsIn, { scope: "/" }).catch(() => {}));
}
if (document.querySelector("[data-no-signal]")) window.addEventListener("online", () => window.location.reload());

const summary = document.querySelector(".govuk-error-summary");
if (summary) summary.focus();

// What is pressed where there is no signal is kept until the tab is closed, is said to be not sent yet, and is sent
// by the browser itself as soon as we can be reached. Nothing here may stand in the way of a press: older telephones
// lack what newer browsers have, and some browsers inside message apps keep nothing.
const KEPT = "kept";
const waitMs = 8000; // a bad line is slow before it is none
const lookAgainMs = 5000;
const shelf = storage() || memory();

function storage() {
  try {
    sessionStorage.setItem("probe", "");
    sessionStorage.removeItem("probe");
    return sessionStorage;
  } catch {
    return null;
  }
}

function memory() {
  const kept = new Map();
  return {
    getItem: (name) => kept.get(name),
    setItem: (name, what) => kept.set(name, what),
    removeItem: (name) => kept.delete(name),
  };
}

async function canReachUs() {
  const look = new AbortController();
  const timer = setTimeout(() => look.abort(), waitMs);
  try {
    await fetch(document.styleSheets[0].href, { method: "HEAD", cache: "no-store", signal: look.signal });
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

function say(form, words) {
  let note = document.querySelector(".gn-unsent");
  if (!note) {
    note = document.createElement("p");
    note.className = "gn-unsent";
    note.setAttribute("role", "status");
    const bar = form.closest(".gn-bar__in, .gn-stack");
    (bar || form.querySelector(".gn-buttons") || form).before(note);
  }
  if (note.textContent !== words) note.textContent = words;
}

// The browser says that there is no signal. It may be wrong, so we look for ourselves before anything is held back.
async function holdBack(form, button) {
  if (await canReachUs()) {
    form.dataset.reached = "yes";
    if (button) button.click();
    else form.submit();
    return;
  }
  const ring = document.querySelector("a[href^='tel:']:not([href='tel:999']):not([href='tel:111'])");
  const orRing = ring ? ` Or call ${ring.textContent.split(" ").join("\u00a0")}.` : "";
  say(form, `There is no signal, so nothing was sent. What you typed is still here. Press the button again when there is.${orRing}`);
}

async function sendKept(form) {
  if (shelf.getItem(KEPT) !== form.action) return;
  const isThere = await canReachUs();
  if (shelf.getItem(KEPT) !== form.action) return; // another button was pressed meanwhile
  if (isThere) {
    shelf.removeItem(KEPT);
    form.submit();
  } else {
    say(form, `Not sent yet: ${form.dataset.keeps}. There is no signal. Keep this page open, and we send it when there is.`);
    setTimeout(() => sendKept(form), lookAgainMs);
  }
}

for (const form of document.querySelectorAll("form[data-keeps]")) sendKept(form);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.keeps) {
    event.preventDefault();
    const isBeingSent = shelf.getItem(KEPT) === form.action;
    shelf.setItem(KEPT, form.action);
    if (isBeingSent) return;
    say(form, `Sending: ${form.dataset.keeps}.`);
    sendKept(form);
    return;
  }
  if (!navigator.onLine && !form.dataset.reached) {
    event.preventDefault();
    holdBack(form, event.submitter);
    return;
  }
  if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 2000) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = String(Date.now());
});

// Leave at once, and without a trace in the list of pages to go back to.
for (const way of document.querySelectorAll("[data-leave]")) {
  way.addEventListener("click", (event) => {
    event.preventDefault();
    document.body.hidden = true;
    window.location.replace(way.href);
  });
}

// A page brought back by the Back button may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const note of document.querySelectorAll(".gn-unsent")) if (!shelf.getItem(KEPT)) note.remove();
});

const fresh = document.querySelector("[data-refresh-seconds]");
if (fresh) {
  const pause = document.createElement("button");
  pause.type = "button";
  pause.className = "gn-plain";
  pause.textContent = "Stop this page updating";
  fresh.append(" ", pause);
  let running = true;
  pause.addEventListener("click", () => {
    running = !running;
    pause.textContent = running ? "Stop this page updating" : "Keep this page updating";
  });
  const isBusy = () => {
    const active = document.activeElement;
    return active && active !== document.body && active !== pause;
  };
  setInterval(() => {
    if (running && !document.hidden && !isBusy()) window.location.reload();
  }, Number(fresh.dataset.refreshSeconds) * 1000);
}
