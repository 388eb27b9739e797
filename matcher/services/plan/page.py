"""The empty page of a plan's report: its words stand in the middle, its style inside it."""

from __future__ import annotations

from string import Template

PAGE = Template("""<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>$title</title>
<style>
:root { --ink: #1b1f1e; --soft: #4a5450; --page: #fbf9f4; --paper: #fff; --rule: #d8d0be; --door: #0e4f4a;
  --stop: #b3261e; --stop-tint: #fbe9e7; --lamp: #ffd54a; --edge: #6e7873; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); overflow-wrap: anywhere;
  font: 19px/1.45 "Atkinson Hyperlegible Next", system-ui, arial, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 34px; line-height: 1.15; letter-spacing: -0.012em; text-wrap: balance; margin: 0 0 16px; }
h2 { font-size: 26px; line-height: 1.25; letter-spacing: -0.012em; margin: 48px 0 16px; }
h3 { font-size: 21px; margin: 0 0 4px; }
p { margin: 0 0 8px; text-wrap: pretty; }
.hint { color: var(--soft); }
figure { margin: 0; background: var(--paper); border: 1px solid var(--rule); border-radius: 8px; padding: 8px; }
figure > svg { display: block; width: 100%; max-width: 44rem; margin: 0 auto; height: auto; }
.way { stroke: var(--door); stroke-width: 1.5; opacity: .6; }
.home { fill: var(--paper); stroke: var(--edge); stroke-width: 2; }
.home.going { fill: var(--door); stroke: var(--door); }
.need { fill: var(--lamp); stroke: var(--ink); stroke-width: 1.5; }
.short { fill: var(--stop); stroke: var(--paper); stroke-width: 1.5; }
.name { font: bold 15px system-ui, arial, sans-serif; fill: var(--stop); text-anchor: middle;
  paint-order: stroke; stroke: var(--paper); stroke-width: 3; }
.rule { stroke: var(--ink); stroke-width: 2; }
.scale { font: 15px system-ui, arial, sans-serif; fill: var(--ink); text-anchor: end; }
.key { display: flex; flex-wrap: wrap; gap: 4px 24px; list-style: none; margin: 8px; padding: 0; }
.key li { display: flex; align-items: center; gap: 8px; }
.key svg { width: 20px; height: 20px; flex: none; }
table { width: 100%; border-collapse: collapse; background: var(--paper); }
th, td { text-align: left; vertical-align: top; padding: 8px 12px; border-bottom: 1px solid var(--rule);
  min-width: 6.5rem; }
th { white-space: nowrap; }
.short-of-help { background: var(--paper); border: 1px solid var(--rule); border-radius: 8px; padding: 16px;
  margin: 0 0 16px; break-inside: avoid; }
.short-of-help h3::before { content: "◆ "; color: var(--stop); }
ul { margin: 0 0 8px; padding-left: 24px; }
@media (max-width: 40em) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, td { display: block; }
  .name, .scale { font-size: 30px; } .name.wide { display: none; }
  .home { r: 9px; }
  .need, .short { transform-box: fill-box; transform-origin: center; transform: scale(1.7); }
  .key .home { r: 6px; } .key .need, .key .short { transform: none; }
  tr { padding: 8px 0; border-bottom: 1px solid var(--rule); }
  tr.day { padding: 0; }
  tbody th { display: block; padding: 16px 12px 4px; border: 0; font-size: 21px; }
  .visits td:first-child { font-weight: bold; }
  .visits td:first-child::before { content: none; }
  td { border: 0; padding: 2px 12px; }
  td::before { content: attr(data-label) ": "; color: var(--soft); }
}
tbody th { padding-top: 20px; border-bottom: 2px solid var(--edge); }
.small-print { margin-top: 32px; font-size: 16px; }
.visits td:first-child { white-space: nowrap; }
.people { columns: 20rem; column-gap: 32px; }
.person { break-inside: avoid; margin: 0 0 16px; }
tr, figure, .short-of-help { break-inside: avoid; }
h2, h3, tbody th { break-after: avoid; }
@media print {
  body { background: #fff; font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  h1 { font-size: 22pt; } h2 { font-size: 15pt; margin-top: 24pt; } h3 { font-size: 12pt; }
  figure > svg { max-height: 15cm; }
  th, td { padding: 4pt 6pt; }
  .small-print { font-size: 9pt; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
</style>
</head>
<body>
<main>
<h1>$title</h1>
$body
</main>
</body>
</html>
""")
