import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import axe from 'axe-core'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'

const CHROMIUM = '/usr/bin/chromium'
const PROGRAM = fileURLToPath(new URL('../../../bin/run.js', import.meta.url))

export const hasChromium = existsSync(CHROMIUM)
if (!hasChromium) process.stderr.write(`skipped: the page in a browser, for want of ${CHROMIUM}\n`)

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
  })
}

/** `kitty web` as a process of its own. */
export class Served {
  #process: ChildProcess | undefined
  url = ''
  token = ''

  constructor(
    readonly root: string,
    private readonly flags: readonly string[] = [],
  ) {}

  async start(): Promise<this> {
    const child = spawn(process.execPath, [PROGRAM, 'web', ...this.flags], {
      cwd: this.root,
      env: { PATH: process.env['PATH'] ?? '', HOME: this.root, KITTY_ACTOR: 'ada' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#process = child
    const said = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (text: Buffer) => resolve(text.toString()))
      child.once('exit', (code) => reject(new Error(`kitty web ended with ${String(code)}`)))
    })
    this.url = /http:\S+\//.exec(said)?.[0] ?? ''
    this.token = (
      JSON.parse(readFileSync(join(this.root, '.git/kitty/web.json'), 'utf8')) as { token: string }
    ).token // Written by the board.
    return this
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    const child = this.#process
    if (child === undefined || child.exitCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }

  get pid(): number {
    return this.#process?.pid ?? 0
  }
}

/** Runs a command line in a process of its own. */
export function kittyIn(root: string, actor: string, ...args: string[]): Promise<number | null> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: root, KITTY_ACTOR: actor }
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: root, env, stdio: 'ignore' })
  return new Promise((resolve) => child.once('exit', resolve))
}

/** A page whose errors, and violations of its content policy, fail the test. */
export async function openPage(context: BrowserContext, address: string, faults: string[]): Promise<Page> {
  const page = await context.newPage()
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    // A refused move is an answer like any other; the browser calls it an error.
    if (/Content Security Policy|Trusted/i.test(message.text())) faults.push(message.text())
  })
  await page.goto(address)
  return page
}

/** Axe finds nothing. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  await page.evaluate(axe.source)
  const found = await page.evaluate(async () => {
    const run = (
      globalThis as unknown as {
        axe: {
          run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>
        }
      }
    ).axe // What the line above defines.
    return (await run.run()).violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary ?? ''}`).join(' | ')}`,
    )
  })
  expect(found, where).toEqual([])
}
