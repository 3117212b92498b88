/** The whole look of the page: light, dark, and on paper. No font, picture or script is loaded. */
export const STYLE = `
:root { color-scheme: light dark;
  --paper: #ffffff; --ink: #1d2430; --soft: #5b6675; --rule: #d6dce4; --shade: #f4f6f9;
  --line: #2563c9; --good: #2f855a; --warn: #b7791f; --bad: #c53030; --plain: #7b8794; --in-bar: #ffffff; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #12161d; --ink: #e4e8ee; --soft: #9aa5b4; --rule: #323b48; --shade: #1a2029;
  --line: #6ea8fe; --good: #3f9d6c; --warn: #c08a2e; --bad: #e05252; --plain: #6b7787; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 32px 24px 64px; max-width: 1040px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 27px; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 19px; margin: 40px 0 10px; padding-bottom: 5px; border-bottom: 1px solid var(--rule); }
h3 { font-size: 15px; margin: 18px 0 2px; }
h3 small { font-weight: normal; color: var(--soft); }
p { margin: 6px 0; }
.soft { color: var(--soft); }
code, .name { font: 13px/1.45 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.state { display: inline-block; white-space: nowrap; padding: 0 9px; border-radius: 10px; color: var(--in-bar); background: var(--plain); font-size: 13px; font-weight: 600; }
.state.good { background: var(--good); } .state.warn { background: var(--warn); } .state.bad { background: var(--bad); }
.warning { border-left: 4px solid var(--bad); padding: 6px 12px; background: var(--shade); }
.tiles { display: flex; flex-wrap: wrap; gap: 10px; margin: 18px 0 4px; }
.tile { flex: 1 1 140px; background: var(--shade); border: 1px solid var(--rule); border-radius: 6px; padding: 8px 12px; }
.tile b { display: block; font-size: 22px; line-height: 1.3; }
.tile span { color: var(--soft); font-size: 13px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 18px; margin: 12px 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: 8px 0; }
th, td { text-align: left; vertical-align: top; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--rule); overflow-wrap: anywhere; }
th { font-size: 13px; color: var(--soft); font-weight: 600; }
td.number, th.number { text-align: right; white-space: nowrap; }
td.wide { min-width: 150px; }
td.time { white-space: nowrap; }
td.zero { color: var(--soft); opacity: .6; }
ul { margin: 4px 0 12px; padding-left: 20px; }
svg { display: block; width: 100%; height: auto; }
td svg { height: 8px; margin-top: 7px; }
svg text { font: 11px system-ui, "Segoe UI", Roboto, Arial, sans-serif; fill: var(--ink); }
svg .label { fill: var(--soft); } svg .middle { text-anchor: middle; } svg .end { text-anchor: end; }
svg .lane { font-size: 12px; }
svg .in-bar { fill: var(--in-bar); font-size: 11px; pointer-events: none; }
svg .rule { stroke: var(--soft); } svg .grid { stroke: var(--rule); stroke-dasharray: 2 3; }
svg .cut { fill: var(--rule); }
svg .line { fill: none; stroke: var(--line); stroke-width: 2; stroke-linejoin: round; }
svg .area { fill: var(--line); opacity: .12; }
svg .point, svg .last { fill: var(--line); }
svg .bar { fill: var(--plain); } svg .bar.good { fill: var(--good); } svg .bar.warn { fill: var(--warn); } svg .bar.bad { fill: var(--bad); }
svg .share.good { fill: var(--good); } svg .share.warn { fill: var(--warn); } svg .share.bad { fill: var(--bad); } svg .share.plain { fill: var(--plain); }
svg .bar.gate { opacity: .75; }
footer { margin-top: 44px; padding-top: 10px; border-top: 1px solid var(--rule); color: var(--soft); font-size: 13px; }
@media print {
  :root { --paper: #ffffff; --ink: #000000; --soft: #444444; --rule: #bbbbbb; --shade: #f4f4f4;
    --line: #2563c9; --good: #2f855a; --warn: #b7791f; --bad: #c53030; --plain: #7b8794; }
  body { padding: 0; max-width: none; font-size: 12px; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  h2, h3 { break-after: avoid; } figure, svg, tr, .tile { break-inside: avoid; }
  @page { margin: 14mm; }
}
figure { margin: 0; }
`;
