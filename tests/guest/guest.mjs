// The page for guests, driven as a person would: buttons are found by what is written on them.
//
//   node guest.mjs BROWSER YODEL ENDPOINT [--shots FOLDER]
//
// BROWSER is chromium or firefox, YODEL the program, ENDPOINT tests/guest/guest-endpoint. Needs playwright-core in
// PEERS_NODE_DIR (for Firefox another one may be named by PLAYWRIGHT_FOR_FIREFOX). Exits 0 if all was as it should be.
import { spawn } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const [browserName, yodel, endpointProgram] = process.argv.slice (2);
const shots = process.argv.includes ('--shots') ? process.argv[process.argv.indexOf ('--shots') + 1] : null;
const BOUND_MS = 30000;
const scratch = mkdtempSync (join (tmpdir (), 'yodel-guest-'));
const children = [];

function check (isTrue, what)
{
  if (!isTrue)
    throw new Error (what);
  console.log ('ok: ' + what);
}

// A process that tells in lines of JSON what happens.
class Program
{
  constructor (command, args)
  {
    this.events = [];
    this.waiters = [];
    this.child = spawn (command, args, { stdio: [ 'pipe', 'pipe', 'inherit' ] });
    children.push (this.child);
    createInterface ({ input: this.child.stdout }).on ('line', line =>
      {
        const event = JSON.parse (line);

        this.events.push (event);
        this.waiters.splice (0).forEach (wake => wake ());
      });
  }

  say (line)
  {
    this.child.stdin.write (line + '\n');
  }

  // The first event that is wanted and was not taken yet.
  async next (wanted, what)
  {
    const end = Date.now () + BOUND_MS;

    for (;;)
      {
        const i = this.events.findIndex (wanted);

        if (i >= 0)
          return this.events.splice (i, 1)[0];
        if (Date.now () > end)
          throw new Error (`${what} did not come: ${JSON.stringify (this.events)}`);
        await Promise.race ([ new Promise (wake => this.waiters.push (wake)), new Promise (wake => setTimeout (wake, 1000)) ]);
      }
  }

  event (name)
  {
    return this.next (event => event.event === name, name);
  }

  state (name)
  {
    return this.next (event => event.event === 'state' && event.state === name, `state ${name}`);
  }
}

async function launch ()
{
  const require = createRequire (join (process.env.PEERS_NODE_DIR ?? '.', 'node_modules', 'x.js'));
  const playwright = require (browserName === 'firefox' ? process.env.PLAYWRIGHT_FOR_FIREFOX ?? 'playwright-core-firefox' : 'playwright-core');

  if (browserName === 'firefox')
    return playwright.firefox.launch ({ channel: 'moz-firefox', executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr', headless: true,
      firefoxUserPrefs: { 'media.navigator.streams.fake': true, 'media.navigator.permission.disabled': true, 'media.autoplay.default': 0,
                          'media.peerconnection.ice.obfuscate_host_addresses': false, 'media.peerconnection.ice.loopback': true } });
  return playwright.chromium.launch ({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true,
    args: [ '--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--allow-loopback-in-peer-connection',
            '--disable-features=WebRtcHideLocalIpsWithMdns', '--autoplay-policy=no-user-gesture-required' ] });
}

async function newPage (browser, url, scheme = 'light', viewport = { width: 1180, height: 800 })
{
  const context = await browser.newContext ({ colorScheme: scheme, viewport });
  const page = await context.newPage ();

  await page.addInitScript (() =>
    {
      const Connection = RTCPeerConnection;

      globalThis.connections = [];
      globalThis.RTCPeerConnection = class extends Connection { constructor (...args) { super (...args); globalThis.connections.push (this); } };
    });

  page.setDefaultTimeout (BOUND_MS);
  page.on ('console', message => message.type () === 'error' && console.log ('page:', message.text ()));
  page.on ('pageerror', error => console.log ('page:', error.message));
  await page.goto (url);
  await page.locator ('body[data-reachable=true]').waitFor ();
  return page;
}

async function shoot (page, name)
{
  if (shots === null)
    return;
  mkdirSync (shots, { recursive: true });
  await page.screenshot ({ path: join (shots, `${name}.png`) });
}

// Frames that were painted, and whether they are something: neither black nor all alike.
const seen = page => page.evaluate (async () =>
  {
    const video = document.getElementById ('remote');
    const canvas = document.createElement ('canvas');

    let frames = 0;

    const count = () => { frames++; video.requestVideoFrameCallback (count); };
    video.requestVideoFrameCallback (count);
    for (let i = 0; i < 200 && frames < 10; i++)
      await new Promise (resolve => setTimeout (resolve, 100));
    canvas.width = canvas.height = 32;
    canvas.getContext ('2d').drawImage (video, 0, 0, 32, 32);
    const pixels = canvas.getContext ('2d').getImageData (0, 0, 32, 32).data;
    return { frames, colours: new Set (Array.from (pixels.filter ((_, i) => i % 4 < 3))).size };
  });

// The energy of what came (W3C webrtc-stats): a headless browser has no loudspeaker to listen at.
const heard = page => page.evaluate (async () =>
  {
    let energy = 0;

    for (let i = 0; i < 100 && energy === 0; i++)
      {
        await new Promise (resolve => setTimeout (resolve, 100));
        for (const connection of globalThis.connections)
          for (const stats of (await connection.getStats ()).values ())
            if (stats.type === 'inbound-rtp' && stats.kind === 'audio')
              energy = Math.max (energy, stats.totalAudioEnergy ?? 0);
      }
    return energy;
  });

// The loudest sample of a WAV file of 16 bits.
function loudness (path)
{
  const bytes = readFileSync (path);
  let peak = 0;

  for (let i = 44; i + 1 < bytes.length; i += 2)
    peak = Math.max (peak, Math.abs (bytes.readInt16LE (i)));
  return peak;
}

async function talk (page, endpoint, n)
{
  await page.locator ('#status', { hasText: 'With ' }).waitFor ();
  const { words: code } = await endpoint.event ('safety-code');
  const shown = (await page.locator ('#code li').allTextContents ()).join (' ');
  const picture = await seen (page);

  check (shown === code && shown.split (' ').length === 6, `both sides show the same six words: ${shown}`);
  check (picture.frames >= 10 && picture.colours > 4, `the guest sees a picture (${picture.frames} frames)`);
  check (await heard (page) > 0, 'the guest hears something');
  await new Promise (resolve => setTimeout (resolve, 2000));
  check (statSync (join (scratch, `call-${n}.y4m`)).size > 1e6, 'Yodel sees the guest');
  check (loudness (join (scratch, `call-${n}.wav`)) > 500, 'Yodel hears the guest');
}

// A guest opens the link, gives a name, calls, talks, mutes, hangs up; by keyboard alone.
async function guestCalls (browser, base, endpoint)
{
  endpoint.say ('invite Ada');
  const { link } = await endpoint.event ('invite');
  const page = await newPage (browser, `${base}/#${link.replace ('yodel:', '')}`);

  await page.getByRole ('heading', { name: 'Call Ada' }).waitFor ();
  await page.keyboard.type ('Zoë');
  await shoot (page, 'guest-start');
  await page.keyboard.press ('Enter');
  check ((await endpoint.event ('incoming')).name.includes ('Zo'), 'it rings, with the name of the guest');
  await page.getByText ('It rings').waitFor ();
  endpoint.say ('accept');
  await endpoint.state ('connected');
  await talk (page, endpoint, 1);
  await shoot (page, 'guest-call');

  await page.keyboard.press ('m');
  check (await page.getByRole ('button', { name: 'Unmute' }).getAttribute ('aria-pressed') === 'true', 'the guest is muted');
  await page.getByRole ('button', { name: 'Camera off' }).click ();
  await page.getByRole ('button', { name: 'Camera on' }).waitFor ();
  await page.getByRole ('button', { name: 'Hang up' }).click ();
  await endpoint.state ('ended');
  await page.getByRole ('heading', { name: 'You hung up' }).waitFor ();
  check (true, 'both sides know that it is over');

  await page.getByRole ('button', { name: 'Call again' }).click ();
  await page.getByRole ('button', { name: 'Call', exact: true }).click ();
  await endpoint.event ('incoming');
  endpoint.say ('decline');
  await page.getByRole ('heading', { name: 'Not now' }).waitFor ();
  check (true, 'a declined guest is told so, for the invite lets it ring');
  await page.context ().close ();
}

// A page that is kept open is called, answers, and is hung up on.
async function guestIsCalled (browser, base, endpoint)
{
  const page = await newPage (browser, base, 'dark');
  const link = await page.locator ('#own').textContent ();

  await shoot (page, 'guest-wait-dark');
  endpoint.say (`call ${link}`);
  await page.getByRole ('button', { name: 'Answer' }).waitFor ();
  await shoot (page, 'guest-incoming-dark');
  await page.getByRole ('button', { name: 'Answer' }).click ();
  await endpoint.state ('connected');
  await talk (page, endpoint, 3);
  await shoot (page, 'guest-call-dark');
  endpoint.say ('hang-up');
  await page.getByRole ('heading', { name: 'The call has ended' }).waitFor ();
  await endpoint.event ('ended');
  check (true, 'a guest who is called talks, and is told when it is over');
  await page.context ().close ();
}

async function damagedLinks (browser, base)
{
  const page = await newPage (browser, base);

  /* the page loads itself anew when the part behind the hash changes */
  await page.goto (base + '/#fgwlvykbxtfpbmrodkkngtily43b4utnbp7bfsexss6jgiuwnxly7u4yjiaa');
  await page.getByRole ('heading', { name: 'This does not work here' }).waitFor ();
  check (true, 'a damaged link is called one');
  await page.context ().close ();
}

async function main ()
{
  const server = new Program (yodel, [ 'serve', '--listen=127.0.0.1:0', '--json' ]);
  const { uri } = await server.event ('serving');
  const base = uri.replace ('ws://127.0.0.1', 'http://localhost');
  const endpoint = new Program (endpointProgram, [ scratch, uri.replace ('127.0.0.1', 'localhost') ]);
  const browser = await launch ();

  try
    {
      await endpoint.event ('ready');
      await guestCalls (browser, base, endpoint);
      await guestIsCalled (browser, base, endpoint);
      await damagedLinks (browser, base);
      endpoint.say ('quit');
    }
  finally
    {
      await browser.close ();
    }
}

process.on ('exit', () => children.forEach (child => child.kill ()));

const bound = setTimeout (() => { console.log ('it takes too long'); process.exit (1); }, 240000);

main ().then (() => 0, error => { console.log (error); return 1; }).then (status =>
  {
    clearTimeout (bound);
    children.forEach (child => child.kill ());
    rmSync (scratch, { recursive: true, force: true });
    process.exit (status);
  });
