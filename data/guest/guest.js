// The page: what a person sees and does. Everything about the call is in call.js.
import { parseInvite, writeAddress } from './address.js';
import { Call, State } from './call.js';
import { newIdentity, open, random, seal, toHex } from './keys.js';
import { Type, parse, write } from './messages.js';
import { Rendezvous, normalize } from './server.js';

const WINDOW_MS = 5 * 60000;     // docs/wire-signalling.md, "Heard once"
const MAX_HEARD = 1024;
const VIEWS = [ 'start', 'wait', 'call', 'over', 'unable' ];
const $ = id => document.getElementById (id);

const TEXTS = {
  [State.WORKING]: () => 'Knocking takes a moment …',
  [State.CALLING]: () => `Calling ${them ()} …`,
  [State.RINGBACK]: () => `It rings at ${them ()}’s …`,
  [State.CONNECTING]: () => 'Connecting …',
  [State.UP]: () => `With ${them ()}`,
};

const ENDS = {
  'hung-up-here': [ 'You hung up', 'That was the call.' ],
  'hung-up': [ 'The call has ended', 'The other side hung up.' ],
  'declined-here': [ 'You declined', 'They are told.' ],
  'declined': [ 'Not now', 'The call was declined.' ],
  'busy': [ 'Busy', 'They are in another call. Try again in a while.' ],
  'no-answer': [ 'Nobody answered', 'They may be away, or not take calls from people they do not know.' ],
  'cancelled': [ 'They gave up', 'The caller hung up before you answered.' ],
  'taken-elsewhere': [ 'Answered elsewhere', 'Another device took the call.' ],
  'ended-elsewhere': [ 'Declined elsewhere', 'Another device declined the call.' ],
  'no-path': [ 'No way through', 'No direct path was found between the two networks. Another network may help: Yodel has no relay.' ],
  'failed': [ 'The call failed', 'Something went wrong between the two of you.' ],
};

let identity, device, invite, servers = [], call = null, media = null, iceServers = [];
let ways = new Map ();           // who -> the servers through which they spoke
let heard = new Map (), floor = 0;
let clockTimer;

const them = () => call?.name || invite?.name || 'them';

function show (view)
{
  for (const id of VIEWS)
    $(id).hidden = id !== view;
  document.body.classList.toggle ('in-call', view === 'call');
}

function unable (text)
{
  $('unable-text').textContent = text;
  show ('unable');
}

// To where they spoke from, or else to all servers that are named.
async function say (receiver, message)
{
  const envelope = await seal (identity, receiver, write (message));

  for (const server of ways.get (toHex (receiver)) ?? servers)
    server.send (receiver, envelope);
}

// Whether it is new: a message is known by its sender, call, device and number. What is too old is not taken, and
// neither is what may have been forgotten.
function isNew (sender, message)
{
  const key = [ sender, message.call, message.device ].map (toHex).join () + message.number;

  if (Math.abs (message.sent - Date.now ()) > WINDOW_MS || message.sent <= floor)
    return null;
  if (heard.has (key))
    return false;
  heard.set (key, message.sent);
  for (const [old, sent] of heard.size > MAX_HEARD ? heard : [])
    {
      heard.delete (old);
      floor = Math.max (floor, sent);
      break;
    }
  return true;
}

async function receive (envelope, server)
{
  let sender, message;

  try
    {
      const opened = await open (identity, envelope);
      sender = opened.sender;
      message = parse (opened.content);
    }
  catch
    {
      return;                    // not for us, or not well made: nobody is told
    }

  const fresh = isNew (sender, message);
  if (fresh === null)
    return;
  if (call?.concerns (sender, message))
    {
      const who = toHex (sender);

      ways.set (who, [ server, ...(ways.get (who) ?? []).filter (other => other !== server) ].slice (0, 4));
      call.receive (message);
    }
  else if (fresh && (message.type === Type.OFFER || message.type === Type.KNOCK))
    beCalled (sender, message, server);
}

function newCall (peer)
{
  return new Call ({ identity, device, peer, say, iceServers, onState: onState, onRemote: onRemote });
}

// One call at a time; a second caller finds nobody.
function beCalled (sender, message, server)
{
  if (call !== null && call.state !== State.OVER)
    return;
  ways.set (toHex (sender), [ server ]);
  call = newCall (sender);
  call.ring (message);
}

// The microphone, and the camera if wanted; without a camera it goes on with sound alone.
async function openMedia (wantsPicture)
{
  const audio = { echoCancellation: true, noiseSuppression: true };

  closeMedia ();
  try
    {
      media = await navigator.mediaDevices.getUserMedia ({ audio, video: wantsPicture && { width: { ideal: 1280 }, height: { ideal: 720 } } });
    }
  catch (error)
    {
      if (!wantsPicture)
        throw error;
      media = await navigator.mediaDevices.getUserMedia ({ audio });
    }
  $('self').srcObject = media;
  $('self').hidden = media.getVideoTracks ().length === 0;
  $('picture').hidden = media.getVideoTracks ().length === 0;
  press ('mute', false, 'Mute');
  press ('picture', false, 'Camera off');
}

function closeMedia ()
{
  media?.getTracks ().forEach (track => track.stop ());
  media = null;
}

function onRemote (stream)
{
  if ($('remote').srcObject !== stream)
    $('remote').srcObject = stream;
}

function press (id, isPressed, text)
{
  $(id).setAttribute ('aria-pressed', isPressed);
  $(id).querySelector ('span').textContent = text;
}

function toggle (id, kind, on, off)
{
  const tracks = media?.getTracks ().filter (track => track.kind === kind) ?? [];
  const isOff = tracks.some (track => track.enabled);

  tracks.forEach (track => { track.enabled = !isOff; });
  press (id, isOff, isOff ? on : off);
}

function tick (since)
{
  const seconds = Math.floor ((performance.now () - since) / 1000);

  $('clock').textContent = `${Math.floor (seconds / 60)}:${String (seconds % 60).padStart (2, '0')}`;
}

function onState (which)
{
  if (which !== call)
    return;
  if (call.state === State.INCOMING)
    {
      $('caller').textContent = call.name || 'Somebody';
      $('incoming').showModal ();
      return;
    }
  $('incoming').close ();
  if (call.state === State.OVER)
    {
      finish ();
      return;
    }

  show ('call');
  $('status').textContent = TEXTS[call.state] ();
  if (call.state === State.UP && $('clock').hidden)
    {
      const since = performance.now ();

      $('clock').hidden = false;
      tick (since);
      clockTimer = setInterval (() => tick (since), 1000);
    }
  showWords ();
}

function showWords ()
{
  $('words').hidden = !call.words;
  $('code').replaceChildren (...(call.words ?? []).map (word =>
    {
      const item = document.createElement ('li');

      item.textContent = word;
      return item;
    }));
}

function finish ()
{
  const [title, text] = ENDS[call.end];

  clearInterval (clockTimer);
  closeMedia ();
  $('clock').hidden = true;
  $('words').hidden = true;
  $('remote').srcObject = null;
  $('over-title').textContent = title;
  $('over-text').textContent = text;
  $('again').textContent = invite ? 'Call again' : 'Wait for another call';
  show ('over');
  $('over-title').focus ();
}

function mediaError (error)
{
  unable (error.name === 'NotAllowedError' ? 'A call needs your microphone. Allow it for this page in your browser, and load the page again.'
                                           : 'No microphone was found. Plug one in, and load the page again.');
}

async function place (event)
{
  event.preventDefault ();
  $('place').disabled = true;
  try
    {
      await openMedia ($('camera').checked);
      call = newCall (invite.key);
      call.media = media;
      await call.knock ($('name').value.trim ().slice (0, 30) || 'A guest', invite.token);
    }
  catch (error)
    {
      mediaError (error);
    }
  $('place').disabled = false;
}

async function accept (wantsPicture)
{
  $('incoming').close ();
  try
    {
      await openMedia (wantsPicture);
      call.media = media;
      call.accept ();
    }
  catch (error)
    {
      call.decline ();
      mediaError (error);
    }
}

async function copy ()
{
  await navigator.clipboard.writeText ($('own').textContent).then (() => { $('copied').textContent = 'Copied.'; },
                                                                   () => { getSelection ().selectAllChildren ($('own')); });
}

function onKey (event)
{
  if ($('call').hidden || event.ctrlKey || event.altKey || event.metaKey)
    return;
  if (event.key === 'm')
    $('mute').click ();
  else if (event.key === 'v' && !$('picture').hidden)
    $('picture').click ();
}

function connect ()
{
  const here = new URL ('/rendezvous', location.href);

  here.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  servers = [...new Set ([ here.href, ...(invite?.hints ?? []) ].map (normalize))].slice (0, 4)
    .map (uri => new Rendezvous (uri, identity, receive, showServer));
}

function showServer ()
{
  const isUp = servers.some (server => server.isUp);

  document.body.dataset.reachable = isUp;
  $('server').textContent = isUp ? '' : 'Looking for the server …';
}

function begin ()
{
  if (invite === null)
    {
      const here = location.protocol.replace ('http', 'ws') + '//' + location.host;

      $('own').textContent = `${writeAddress (identity.key)}?h=${encodeURIComponent (here)}`;
      show ('wait');
    }
  else if (invite.hasEnded)
    unable ('This invitation has ended. Ask for another one.');
  else
    {
      $('callee').textContent = invite.name || 'somebody';
      document.title = invite.name ? `Call ${invite.name} – Yodel` : 'Yodel';
      show ('start');
      $('name').focus ();
    }
}

async function main ()
{
  if (!window.isSecureContext || !navigator.mediaDevices)
    return unable ('Browsers let pages use the microphone over https only. Ask who sent the link for one that begins with https.');
  invite = location.hash.length > 1 ? parseInvite (location.hash) : null;
  if (location.hash.length > 1 && invite === null)
    return unable ('The link is damaged: who is to be called cannot be read from it. Ask for it again.');
  try
    {
      identity = await newIdentity ();
    }
  catch
    {
      return unable ('This browser is too old: it lacks the ciphers the call is sealed with. A current Firefox, Chromium or Safari has them.');
    }
  device = random (8);
  iceServers = await fetch ('config.json').then (reply => reply.json ()).then (config => config.iceServers).catch (() => []);
  connect ();
  showServer ();
  begin ();

  $('form').addEventListener ('submit', place);
  $('copy').addEventListener ('click', copy);
  $('mute').addEventListener ('click', () => toggle ('mute', 'audio', 'Unmute', 'Mute'));
  $('picture').addEventListener ('click', () => toggle ('picture', 'video', 'Camera on', 'Camera off'));
  $('hang').addEventListener ('click', () => call.hangUp ());
  $('accept').addEventListener ('click', () => accept (true));
  $('accept-sound').addEventListener ('click', () => accept (false));
  $('decline').addEventListener ('click', () => call.decline ());
  $('incoming').addEventListener ('cancel', event => event.preventDefault ());
  $('again').addEventListener ('click', begin);
  document.addEventListener ('keydown', onKey);
  addEventListener ('hashchange', () => location.reload ());
  addEventListener ('pagehide', () => call?.hangUp ());
}

main ();
