// Files: several at once, dropped or chosen, with a progress bar. What is refused is explained.
import { createHash } from 'node:crypto';
import { type Fields, html, type InvalidEvent, LiveComponent } from 'htmx-liveview';

const MOST_SHOWN = 20;

interface Taken {
  readonly id: number;
  readonly name: string;
  readonly bytes: number;
  readonly digest: string;
}

export class Upload extends LiveComponent {
  static component = 'demo.Upload';
  static uploads = { bytes: 5_000_000, files: 4, types: ['image/*', '.pdf', '.txt'] };
  static events = { send: true };

  taken: Taken[] = [];
  count = 0;
  error = '';

  /** The files are on disk, and are deleted when this ends: read them here, or move them on. */
  async send({ files }: Fields) {
    this.error = '';
    for (const file of [files].flat()) if (file instanceof File) await this.take(file);
  }

  async take(file: File) {
    const hash = createHash('sha256');
    for await (const chunk of file.stream()) hash.update(chunk);
    const digest = hash.digest('hex').slice(0, 12);
    this.taken.unshift({ id: ++this.count, name: file.name, bytes: file.size, digest });
    this.taken.splice(MOST_SHOWN);
  }

  invalid({ messages }: InvalidEvent) {
    this.error = messages.files ?? '';
  }

  render() {
    return html`
      <form lv-event="send" hx-encoding="multipart/form-data" hx-disabled-elt="find .send">
        <label class="drop">Drop files here, or choose some: images, PDF or text, up to four of 5 MB each
          <input type="file" name="files" multiple required accept="${Upload.uploads.types.join(',')}"></label>
        <div class="row">
          <button class="send">Send</button>
          <span class="sending htmx-indicator">
            <progress value="0" max="1" aria-label="Sent"></progress> <output></output>
            <button type="button" class="quiet" data-abort>Cancel</button>
          </span>
        </div>
      </form>
      <p class="error" role="alert">${this.error}</p>
      <ul class="list">${this.taken.map(
        ({ id, name, bytes, digest }) =>
          html`<li id="file-${id}"><span>${name}</span><small>${bytes.toLocaleString('en')} bytes, SHA-256 ${digest}…</small></li>`,
      )}</ul>`;
  }
}
