// Where there is no signal, a page of ours stands in for the browser's own: with our number, and what is kept. That one
// page is all that is stored here. With a signal nothing passes through this file, so that every request goes out as
// the browser itself makes it.
"use strict";

const PAGE = "/offline";
const dayMs = 24 * 60 * 60 * 1000;

async function keepPage() {
  const shelf = await caches.open("stands-in");
  const kept = await shelf.match(PAGE, { ignoreVary: true });
  const isFresh = kept && Date.now() - Date.parse(kept.headers.get("Date")) < dayMs;
  if (!isFresh) await shelf.add(PAGE);
}

async function standIn() {
  return (await caches.match(PAGE, { ignoreVary: true })) || Response.error();
}

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keepPage());
});

self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate") return;
  if (navigator.onLine) event.waitUntil(keepPage().catch(() => {})); // the number may have changed
  else event.respondWith(fetch(event.request).catch(standIn)); // some browsers say so when there is a signal
});
