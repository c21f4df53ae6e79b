// The public face of ./views: HTML without a server.

export { LiveError } from './errors.ts';
export { type Content, escapeHtml, Html, html, isSafeUrl, raw, settle } from './html.ts';
