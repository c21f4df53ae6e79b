// Owns the body of an event: the form that htmx gathered, as text, or as a multipart body where it has files.

import { randomId } from './dom.ts';

/** Text is urlencoded; a Blob is multipart, and its type says so. */
export type Body = string | Blob;

/** Controls that may hold a file, or that send what others hold. */
const SENDERS = 'button,[type=file],[type=submit],[type=button],[type=image]';

/**
 * Encodes what htmx composed. A form that was composed as multipart has no other entries than an urlencoded one, as long as it has no files.
 * @param event what set it off: a form that is checked as one types does not send its files at each letter.
 */
export function encode(body: unknown, event?: Event): Body {
  if (!(body instanceof FormData)) return String(body ?? '');
  const isFileSent = !isTyped(event?.target);
  const entries = [...body].filter(
    ([, value]) => typeof value === 'string' || (isFileSent && (value.size > 0 || value.name !== '')),
  );
  if (entries.some(([, value]) => typeof value !== 'string')) return multipart(entries);
  return String(new URLSearchParams(entries as [string, string][]));
}

/** Whether a control takes what is typed or chosen, but no file. */
function isTyped(control: EventTarget | null | undefined): boolean {
  if (!(control instanceof HTMLElement) || control.matches(SENDERS)) return false;
  return control.isContentEditable || control.matches('input,select,textarea');
}

/** RFC 7578. Put together here, and not by the browser, because its boundary is signed; files are referred to, not read. */
function multipart(entries: readonly (readonly [string, FormDataEntryValue])[]): Blob {
  const boundary = `liveview${randomId()}`; // a Blob's type knows no capitals
  const parts = entries.flatMap(([name, value]) => {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${quote(name)}"`;
    return typeof value === 'string'
      ? [`${head}\r\n\r\n${value.replace(/\r?\n|\r/g, '\r\n')}\r\n`]
      : [
          `${head}; filename="${quote(value.name)}"\r\nContent-Type: ${value.type || 'application/octet-stream'}\r\n\r\n`,
          value,
          '\r\n',
        ];
  });
  return new Blob([...parts, `--${boundary}--\r\n`], { type: `multipart/form-data; boundary=${boundary}` });
}

/** As WHATWG HTML, section 4.10.21.8, has names escaped. */
function quote(name: string): string {
  return name.replace(/\r?\n|\r/g, '%0D%0A').replace(/"/g, '%22');
}
