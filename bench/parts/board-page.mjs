import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { tied } from '../suite/folders.mjs'
import { row } from '../suite/measure.mjs'
import { KITTY, kitty } from '../suite/program.mjs'

const CHROMIUM = '/usr/bin/chromium'
const took = (name, atMost) => ({ name, of: 'took', atMost })
const FIRST_PAINT = took('board page of 2,000 packages, first paint in ms', 1_000)
const UPDATE = took('board page, update of one card in ms', 50)
const MEMORY = took('board page, memory in MB', 150)
const IDLE = took('board server, share of one core with an idle page, in %', 0.2)
const UNWATCHED = took('board server, files watched with no page open', 0)
const COLUMNS = took('lane columns of the time slider in MB', 1.2)
const PAST = took('status --at of 100,000 events in ms', 1_000)
/** Of Linux: what a tick of a process's CPU time is in seconds. */
const TICK_SECONDS = 0.01

/** When the page gets a part of the stream, and when a card has been painted after it. */
const NOTE_ARRIVALS = `{
  const read = ReadableStreamDefaultReader.prototype.read
  ReadableStreamDefaultReader.prototype.read = async function () {
    const part = await read.call(this)
    globalThis.arrivedAt = performance.now()
    return part
  }
}`
const BOARD_PAINTED = `new Promise((resolve) => {
  const look = () => document.querySelector('.board [data-key]') === null
    ? requestAnimationFrame(look)
    : requestAnimationFrame(() => resolve(performance.now()))
  look()
})`
/** Resolves to the time from the stream's part until the frame after the card has changed. */
const UPDATE_OF = (key) => `new Promise((resolve) => {
  const text = () => document.querySelector('[data-key="${key}"]')?.textContent
  const before = text()
  const observer = new MutationObserver(() => {
    if (text() === before) return
    observer.disconnect()
    const { arrivedAt } = globalThis
    requestAnimationFrame(() => resolve(performance.now() - arrivedAt))
  })
  observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
})`

/** The board in a browser on a large log, and the command that shows a moment of the past. */
export async function boardPage({ repositories, env, times, isQuick, say }) {
  const at = isQuick ? 1_000 : 100_000
  const { cwd, busy, packages } = repositories.withEvents(at)
  kitty(['status'], { cwd, env })
  const rows = [past({ cwd, env, at, times: Math.min(times, 7) })]
  const missing = missingBrowser()
  if (missing === undefined) rows.push(...(await inBrowser({ cwd, env, at, times, isQuick, say, busy })))
  return {
    title: 'The board in a browser',
    about: [
      `${packages.length.toLocaleString('en')} packages and ${at.toLocaleString('en')} events, in headless Chromium. First paint is from the navigation to the frame that shows cards, the server's first look at the board included. An update is from the arrival of its message to the frame that shows it. The page's memory is what its process has for itself.`,
      ...(missing === undefined ? [] : [`Not measured: ${missing}.`]),
    ],
    rows,
  }
}

function past({ cwd, env, at, times }) {
  const samples = Array.from({ length: times }, () => {
    const began = performance.now()
    kitty(['status', '--at', String(Math.floor(at / 2)), '--json'], { cwd, env })
    return performance.now() - began
  })
  return row({ what: 'kitty status --at CLOCK --json', at, samples, goal: PAST })
}

function missingBrowser() {
  if (process.platform !== 'linux') return 'a page, which needs Linux to tell what its processes use'
  return existsSync(CHROMIUM) ? undefined : `the page, for want of ${CHROMIUM}`
}

async function inBrowser({ cwd, env, at, times, isQuick, say, busy }) {
  const { chromium } = await import('playwright-core')
  const served = await serve(cwd, env)
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
  })
  try {
    const paints = []
    for (let run = 0; run < Math.min(times, 7); run += 1) {
      say(`first paint ${run + 1}`)
      const { context, painted } = await open(browser, served)
      paints.push(painted)
      await context.close()
    }
    const { context, page } = await open(browser, served)
    await page.waitForSelector('.connected.live')
    const updates = []
    for (let run = 0; run < Math.min(times, 11); run += 1) {
      const key = `${busy.feature}/${busy.id}`
      const updated = page.evaluate(UPDATE_OF(key))
      const change = run % 2 === 0 ? '--add' : '--remove'
      const tag = ['agent', 'tasks', 'tag', busy.id, change, 'measured', '--feature', busy.feature]
      await Promise.all([updated.then((ms) => updates.push(ms)), runKitty(tag, { cwd, env })])
    }
    const memory = await memoryOfPages(browser)
    const seconds = isQuick ? 3 : 60
    say(`idle for ${seconds} s`)
    const before = cpuSeconds(served.pid)
    await pause(seconds * 1_000)
    const idle = ((cpuSeconds(served.pid) - before) / seconds) * 100
    const watchedOpen = watches(served.pid)
    if (watchedOpen === 0) throw new Error('the server watches nothing while a page is open')
    await context.close()
    await pause(1_000)
    const columns = await bytesOf(`${served.url}api/columns`, served.token)
    return [
      row({ what: 'first paint', at, samples: paints, goal: FIRST_PAINT }),
      row({ what: 'update of one card', at, samples: updates, goal: UPDATE }),
      row({ what: 'memory of the page', at, unit: 'MB', samples: [memory], goal: MEMORY }),
      row({
        what: `server, idle for ${seconds} s, one page open`,
        at,
        unit: '%',
        samples: [idle],
        goal: IDLE,
      }),
      row({
        what: 'watched with no page open',
        at,
        unit: 'files',
        samples: [watches(served.pid)],
        goal: UNWATCHED,
      }),
      row({ what: 'lane columns', at, unit: 'MB', samples: [columns / 1e6], goal: COLUMNS }),
    ]
  } finally {
    await browser.close()
    served.child.kill('SIGKILL')
  }
}

async function open(browser, { url, token }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  await page.addInitScript(NOTE_ARRIVALS)
  await page.goto(`${url}#token=${token}`)
  return { context, page, painted: await page.evaluate(BOARD_PAINTED) }
}

async function serve(cwd, env) {
  const child = tied(
    spawn(process.execPath, [KITTY, 'web'], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] }),
  )
  const said = await new Promise((resolve, reject) => {
    child.stdout.once('data', (text) => resolve(text.toString()))
    child.once('exit', (code) => reject(new Error(`kitty web ended with ${code}`)))
  })
  const { token } = JSON.parse(readFileSync(join(cwd, '.git/kitty/web.json'), 'utf8'))
  return { child, pid: child.pid, url: /http:\S+\//.exec(said)[0], token }
}

function runKitty(args, { cwd, env }) {
  const child = tied(spawn(process.execPath, [KITTY, ...args], { cwd, env, stdio: 'ignore' }))
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${args.join(' ')}: ${code}`))))
  })
}

/** Asks as a program does: what a browser says about itself would have to be the board's own page. */
function bytesOf(url, token) {
  return new Promise((resolve, reject) => {
    get(url, { headers: { authorization: `Bearer ${token}` } }, (response) => {
      let bytes = 0
      response.on('data', (part) => (bytes += part.length))
      response.on('end', () =>
        response.statusCode === 200 ? resolve(bytes) : reject(new Error(`${url}: ${response.statusCode}`)),
      )
    }).on('error', reject)
  })
}

/** In MB, without what the browser's processes share. */
async function memoryOfPages(browser) {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  const pages = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => anonymous(id))
  return Math.max(...pages)
}

function anonymous(pid) {
  return Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024
}

function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_SECONDS
}

function watches(pid) {
  const folder = `/proc/${pid}/fdinfo`
  return readdirSync(folder).reduce((sum, name) => {
    const text = readFileSync(join(folder, name), 'utf8')
    return sum + (text.match(/^inotify wd:/gm)?.length ?? 0)
  }, 0)
}
