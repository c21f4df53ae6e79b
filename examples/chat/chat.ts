// Several browsers: each has an instance of its own, and a topic joins them.
import { html, type InvalidEvent, LiveComponent, type Params, topic } from 'htmx-liveview';
import { z } from 'zod';

interface Message {
  readonly id: number;
  readonly from: string;
  readonly text: string;
}

const messages = topic<Message>('chat');
const history: Message[] = [];
let lastId = 0;

export class Chat extends LiveComponent<{ room: string }> {
  static component = 'demo.Chat';
  static events = {
    say: z.object({
      from: z.string().trim().max(20).default(''),
      text: z.string().trim().min(1, 'Say something.').max(200, 'At most 200 letters, please.'),
    }),
  };

  messages: Message[] = [];
  from = '';
  error = '';

  mount() {
    this.messages = [...history];
    this.subscribe(messages, (message) => {
      this.messages.push(message);
      if (this.messages.length > 50) this.messages.shift();
    });
  }

  say({ from, text }: Params<typeof Chat, 'say'>) {
    this.error = '';
    this.from = from;
    const message = { id: ++lastId, from: from || 'Somebody', text };
    history.push(message);
    if (history.length > 50) history.shift();
    this.publish(messages, message);
  }

  invalid({ messages }: InvalidEvent) {
    this.error = messages.text ?? 'That cannot be sent.';
  }

  render() {
    return html`
      <ol class="messages" aria-live="polite">
        ${this.messages.map(({ id, from, text }) => html`<li id="message-${id}"><b>${from}</b> <span>${text}</span></li>`)}
      </ol>
      <form lv-event="say" class="row" novalidate>
        <input name="from" value="${this.from}" placeholder="Name" aria-label="Name" class="short" autocomplete="off">
        <input name="text" placeholder="Message" aria-label="Message" autocomplete="off">
        <button>Send</button>
      </form>
      <p class="error" role="alert">${this.error}</p>`;
  }
}
