// The server pushes: nobody clicks, and the page changes all the same.
import { html, LiveComponent } from 'htmx-liveview';

export class Clock extends LiveComponent {
  static component = 'demo.Clock';
  static events = { note: true };

  now = new Date();
  ticks = 0;

  mount() {
    this.every(1000, () => {
      this.now = new Date();
      this.ticks += 1;
    });
  }

  note() {
    // nothing to do: the field is here to show that typed text stays while the clock ticks
  }

  render() {
    const time = this.now.toLocaleTimeString('en-GB', { timeZone: 'UTC' });
    return html`
      <p class="figure"><time datetime="${this.now.toISOString()}">${time}</time> <small>UTC</small></p>
      <p>${this.ticks} ${this.ticks === 1 ? 'tick' : 'ticks'} since this page went live</p>
      <label>Type here while it ticks <input name="note" autocomplete="off" data-ticks="${this.ticks}"></label>`;
  }
}
