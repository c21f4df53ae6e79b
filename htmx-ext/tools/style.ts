// How the tools look, on light pages and on dark ones.

export const STYLE = `
* { box-sizing: border-box; }
.dock {
  position: fixed; inset: auto 0 0; padding: 12px; display: flex; flex-direction: column; gap: 8px; align-items: flex-start;
  font: 14px/1.5 system-ui, sans-serif;
}
button {
  font: inherit; line-height: 1; color: inherit; background: none; border: 0; border-radius: 5px; cursor: pointer;
  min-width: 26px; min-height: 26px; padding: 0 6px;
}
button:hover { background: #8884; }
button:focus-visible, pre:focus-visible { outline: 2px solid #7cc4ff; outline-offset: 1px; }

.badge {
  pointer-events: auto; display: flex; align-items: center; gap: 6px; padding: 2px 4px 2px 12px; border-radius: 16px;
  color: #4a2c00; background: #ffd166; border: 1px solid #b7791f; box-shadow: 0 1px 6px #0005; font-size: 13px;
}
.badge button { border-radius: 50%; font-size: 16px; }

.overlay {
  pointer-events: auto; align-self: center; width: min(960px, 100%); max-height: 46vh; display: flex; flex-direction: column;
  color: #eceaf2; background: #1d1b26; border: 1px solid #55506a; border-top: 4px solid #ff5d5d; border-radius: 8px;
  box-shadow: 0 8px 40px #0009; overflow: hidden; user-select: text; cursor: auto;
}
.overlay header { display: flex; align-items: center; gap: 6px; padding: 10px 10px 0 16px; }
.overlay h1 { flex: 1; min-width: 0; margin: 0; font-size: 14px; font-weight: 400; color: #c9c5d6; overflow-wrap: anywhere; }
.overlay h1 b { color: #fff; }
.overlay .times { color: #ffb4b4; white-space: nowrap; }
.overlay header > span { font-variant-numeric: tabular-nums; white-space: nowrap; }
.overlay button { font-size: 18px; }
.message {
  margin: 4px 16px 0; font-size: 17px; font-weight: 600; color: #ff8f8f; white-space: pre-wrap; overflow-wrap: anywhere;
  max-height: 8.5em; overflow: auto;
}
.at { margin: 2px 16px 0; font-size: 13px; color: #ffd166; overflow-wrap: anywhere; }
.at small { color: #9f9bb0; font-size: 12px; margin-left: 8px; }
.overlay pre {
  flex: 1; min-height: 4em; margin: 10px 0 0; padding: 10px 16px 14px; overflow: auto; background: #15131c; border-top: 1px solid #37334a;
  font: 12.5px/1.6 ui-monospace, monospace; tab-size: 2;
}
.text { color: #d4d0e0; }
.own { color: #ffd166; }
.foreign { color: #9b96ad; }
summary { cursor: pointer; list-style: none; }
summary:focus-visible { outline: 2px solid #7cc4ff; }

.frame { position: fixed; border-radius: 3px; }
.frame span {
  position: absolute; right: -2px; bottom: 100%; padding: 0 5px; border-radius: 3px 3px 0 0; font: 11px/16px ui-monospace, monospace;
  white-space: nowrap; color: #fff;
}
.region { outline: 2px solid #00a37a; background: #00d9a329; box-shadow: 0 0 0 3px #fff9; }
.region span { background: #007a5c; }
.whole { outline: 2px dashed #e0621a; outline-offset: 2px; box-shadow: 0 0 0 5px #fff5; }
.whole span { background: #b34a0e; bottom: calc(100% + 4px); right: -4px; }
.part { outline: 1px solid #e0621a; background: #ff8a3d26; }
`;
