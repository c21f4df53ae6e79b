// Owns the table of results, as Markdown: docs/proxies.md has one of them.
import type { Result } from './measure.ts';

const HEADS = ['proxy', 'mode', 'live', 'push', 'worst', 'click', 'worst', 'websocket', ''];

/** A table of all rows; times in milliseconds. */
export function tableOf(results: readonly Result[]): string {
  const lines = [HEADS, ...results.map(cellsOf)];
  const widths = HEADS.map((_, at) => Math.max(3, ...lines.map((cells) => cells[at]?.length ?? 0)));
  const write = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [head = [], ...rows] = lines;
  return [write(head), write(widths.map((width) => '-'.repeat(width))), ...rows.map(write)].join('\n');
}

function cellsOf(result: Result): string[] {
  const times = [result.live_ms, result.push_ms, result.push_worst_ms, result.click_ms, result.click_worst_ms];
  const websocket = [result.websocket, result.websocket_connect].filter(Boolean).join(', CONNECT ');
  const figures = times.map((ms) => (ms === null ? '–' : String(ms)));
  return [result.name, result.mode ?? '–', ...figures, websocket, result.ok ? 'ok' : 'not ok'];
}
