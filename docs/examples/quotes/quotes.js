// Shows the latest price of each symbol that programs say in a room, /quotes/?room=3, in messages like "AAA 101.25".
import { Comet } from '../comet/client.js';

const room = new URLSearchParams(location.search).get('room');
const part = (id) => document.getElementById(id);
let state = 'null'; // of the connection
let loaded = false;
let over = false;

function show({ body }) {
  const [, symbol, price] = /^([A-Z]+) (\d+\.\d\d)$/.exec(body) ?? [];
  if (symbol) (part(symbol) ?? rowFor(symbol)).cells[1].textContent = price;
}

function rowFor(symbol) {
  const row = part('prices').insertRow();
  row.id = symbol;
  row.insertCell().textContent = symbol;
  row.insertCell();
  return row;
}

// Shows what the newest messages say in place of all before, and returns the cursor that it is valid at.
async function load() {
  loaded = false;
  try {
    const answer = await fetch(`../api/v1/rooms/${room}/messages?limit=200`);
    const { messages, position, detail } = await answer.json();
    if (!answer.ok) throw new Error(detail);
    part('prices').replaceChildren();
    messages.forEach(show);
    loaded = true;
    tell();
    return [position.epoch, position.seq];
  } catch (error) {
    say('The prices cannot be loaded now. They come by themselves.');
    throw error; // and it is tried again after a while
  }
}

function tell() {
  if (state === 'error') say('The connection is lost. It comes back by itself.');
  if (state === 'listening' && loaded) say('The prices are live.');
}

function say(text) {
  if (!over) part('state').textContent = text;
}

function end(text) {
  say(text);
  over = true;
  part('way-out').hidden = false;
}

const comet = new Comet({
  onData: (_topic, { kind, message }) => kind === 'message' && show(message),
  onGap: load,
  onEvent(event) {
    if (event.event === 'state') {
      state = event.state;
      tell();
    }
    if (event.event === 'unsubscribe-ack') end('You cannot read the room of the prices.');
    if (event.event === 'abort') end(event.text);
  },
});
comet.subscribe(`room:${room}`, [0, 0]); // from nowhere: that is a gap, and so the room is loaded
comet.listen();
