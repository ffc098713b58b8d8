import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { sharedFolder } from '../support/temp-folder.js'
import { gitIn } from '../support/temp-repository.js'
import { expectAccessible, hasChromium, kittyIn, launchBrowser, openPage, Served } from './support/browser.js'
import { makeBusyRepository } from './support/busy-repository.js'
import { PageStage } from './support/page-stage.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const LATE = 500

// Scripts of the page, as text: this file knows no DOM.
const NOTE_ARRIVAL = `new MutationObserver(() => {
  if (document.querySelector('[data-lane="for_review"] [data-key="001-parcel-tracking/WP03"]'))
    globalThis.arrived ??= Date.now()
}).observe(document.body, { subtree: true, childList: true })`
const HOLD_MOVES_BACK = `{
  const send = globalThis.fetch
  globalThis.fetch = async (path, init) => {
    if (path.includes('api/move')) await new Promise((resolve) => setTimeout(resolve, 3000))
    return send(path, init)
  }
}`
const COUNT_CHIPS = `Object.fromEntries([...document.querySelectorAll('.past .lane')]
  .map((lane) => [lane.dataset.lane, lane.querySelectorAll('.chip').length]))`

describe.skipIf(!hasChromium)('the page', () => {
  const stage = new PageStage()
  const card = (key: string): string => `[data-key="${key}"]`
  const lane = (name: string): string => `[data-lane="${name}"]`
  const inLane = (page: Page, key: string, name: string): Promise<unknown> =>
    page.waitForSelector(`${lane(name)} ${card(key)}`, { timeout: 20_000 })
  /** As a hand does: the browser wants to see the pointer move. */
  const drag = async (page: Page, key: string, name: string): Promise<void> => {
    await page.waitForSelector('.connected.live')
    const [from, to] = [
      await page.locator(card(key)).boundingBox(),
      await page.locator(lane(name)).boundingBox(),
    ]
    if (from === null || to === null) throw new Error(`${key} or ${name} is not to be seen`)
    await page.mouse.move(from.x + 60, from.y + 38)
    await page.mouse.down()
    await page.mouse.move(from.x + 90, from.y + 60, { steps: 5 })
    await page.mouse.move(to.x + 60, to.y + 120, { steps: 10 })
    await page.mouse.up()
  }

  it('shows on every page what any process writes, within half a second', async () => {
    const [one, other] = [await stage.open(), await (await stage.browser.newContext()).newPage()]
    await other.goto(`${stage.served.url}#token=${stage.served.token}`)
    for (const page of [one, other]) await inLane(page, '003-search/WP03', 'planned')
    for (const page of [one, other]) await page.evaluate(NOTE_ARRIVAL)
    await Promise.all(
      ['cyd', 'dan', 'eve'].map((actor) =>
        kittyIn(stage.served.root, actor, 'agent', 'tasks', 'note', 'WP01', 'hello', '--feature', '001'),
      ),
    )
    await kittyIn(
      stage.served.root,
      'ada',
      'agent',
      'tasks',
      'mark-status',
      'T008',
      'T009',
      '--status',
      'done',
      '--feature',
      '001',
    )
    await kittyIn(
      stage.served.root,
      'ada',
      'agent',
      'tasks',
      'move-task',
      'WP03',
      '--to',
      'for_review',
      '--feature',
      '001',
    )
    const written = newestTimestamp(stage.served.root)
    for (const page of [one, other]) {
      await inLane(page, '001-parcel-tracking/WP03', 'for_review')
      const arrived: number = await page.evaluate('globalThis.arrived ?? Infinity')
      expect(arrived - written).toBeLessThan(LATE * SLOWER)
    }
    await other.context().close()
  })

  it('leaves a card that the rules refuse where it is, and says why where it was dropped', async () => {
    const page = await stage.open()
    await drag(page, '003-search/WP03', 'doing')
    const refusal = page.locator(`${lane('doing')} .refusal`)
    await refusal.waitFor()
    expect(await refusal.textContent()).toContain('WP02')
    await inLane(page, '003-search/WP03', 'planned')
  })

  it('moves a card by drag once the service has answered', async () => {
    const page = await stage.open()
    await drag(page, '002-invoice-export/WP03', 'planned')
    await inLane(page, '002-invoice-export/WP03', 'planned')
  })

  it('names the winner of a race that the drag loses', async () => {
    const page = await stage.open()
    await page.waitForSelector(card('002-invoice-export/WP03'))
    // Held back, so that the page shows the lane of before.
    await page.evaluate(HOLD_MOVES_BACK)
    await drag(page, '002-invoice-export/WP03', 'planned')
    await kittyIn(
      stage.served.root,
      'zoe',
      'agent',
      'tasks',
      'move-task',
      'WP03',
      '--to',
      'doing',
      '--feature',
      '002',
    )
    const refusal = page.locator(`${lane('planned')} .refusal`)
    await refusal.waitFor()
    expect(await refusal.textContent()).toContain('zoe')
  })

  it('names the winner of a race that a card held by the keyboard, or an open menu, loses', async () => {
    const page = await stage.open()
    const moveBy = (actor: string, to: string) => kittyIn(stage.served.root, actor, 'move', '002/WP03', to)
    const refusal = page.locator(`${lane('done')} .refusal`)
    const title = page.locator(`${card('002-invoice-export/WP03')} .title`)
    await title.focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowLeft')
    await moveBy('zoe', 'doing')
    await inLane(page, '002-invoice-export/WP03', 'doing')
    await title.focus()
    await page.keyboard.press('Space')
    await refusal.waitFor()
    expect(await refusal.textContent()).toContain('zoe')
    await refusal.getByRole('button', { name: 'Dismiss' }).click()
    await page.locator(`${card('002-invoice-export/WP03')} .menu`).click()
    await moveBy('zoe', 'for_review')
    await inLane(page, '002-invoice-export/WP03', 'for_review')
    await page.getByRole('button', { name: 'Planned' }).click()
    await page.locator(`${lane('planned')} .refusal`, { hasText: 'zoe' }).waitFor()
    await inLane(page, '002-invoice-export/WP03', 'for_review')
  })

  it('moves a card by the keyboard alone, and announces each step', async () => {
    const page = await stage.open()
    const title = page.locator(`${card('002-invoice-export/WP03')} .title`)
    const said = page.locator('[aria-live]')
    await title.focus()
    await page.keyboard.press('Space')
    await expect.poll(() => said.textContent()).toContain('taken from Rejected')
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => said.textContent()).toContain('Over Done')
    await page.keyboard.press('Escape')
    await expect.poll(() => said.textContent()).toContain('Put back')
    await page.keyboard.press('Space')
    for (let step = 0; step < 4; step += 1) await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Space')
    await inLane(page, '002-invoice-export/WP03', 'planned')
    await expect.poll(() => said.textContent()).toContain('moved to Planned')
  })

  it('shows a lane that the workflow lacks in a column of its own, with a warning, now and in the past', async () => {
    const moves = { todo: [{ to: 'active' }], active: [{ to: 'finished' }] }
    const table = {
      name: 'short',
      lanes: ['todo', 'active', 'finished'],
      initial: 'todo',
      done: ['finished'],
      moves,
    }
    writeFileSync(join(stage.served.root, '.kittify/config.json'), JSON.stringify({ workflow: table }))
    const page = await stage.open()
    await inLane(page, '002-invoice-export/WP03', 'rejected')
    const lost = page.locator(`${lane('rejected')} .foreign`)
    expect(await lost.textContent()).toContain('The workflow has no lane “rejected”')
    expect(await page.locator(`${lane('todo')} .foreign`).count()).toBe(0)
    await page.getByLabel('Features as rows').check()
    await page.waitForSelector(`.feature ${lane('rejected')} ${card('002-invoice-export/WP03')}`)
    await page.goto(`${stage.served.url}?view=time`)
    await page
      .locator(`.past ${lane('rejected')} .chip`, { hasText: 'WP03' })
      .first()
      .waitFor()
    expect(await page.locator(`.past ${lane('rejected')} .foreign`).count()).toBe(1)
  })

  it('decides a conflict with one button', async () => {
    const page = await stage.open()
    await page.getByRole('button', { name: 'Keep Doing' }).click()
    await inLane(page, '002-invoice-export/WP04', 'doing')
    await page.waitForSelector('.decisions', { state: 'detached' })
  })

  it('marks a card whose file differs from the log, and one whose lease has ended while the page was open', async () => {
    writeFileSync(join(stage.served.root, '.kittify/config.json'), '{"claims": {"expire": "5s"}}')
    const file = join(stage.served.root, 'kitty-specs/003-search/tasks/WP03-work.md')
    writeFileSync(file, readFileSync(file, 'utf8').replace('Suggest while typing', 'Suggest sooner'))
    const page = await stage.open()
    await kittyIn(stage.served.root, 'zoe', 'move', '002/WP03', 'doing')
    await page.locator(`${card('003-search/WP03')} .mark`, { hasText: 'changed' }).waitFor()
    await page
      .locator(`${card('002-invoice-export/WP03')} .mark`, { hasText: 'lease of zoe ended' })
      .waitFor()
  })

  it('ticks a subtask, sets a gate and keeps a note', async () => {
    const page = await stage.open('?open=001-parcel-tracking/WP03')
    await page.getByLabel('T008').first().click()
    await page.waitForSelector('.ticks li:nth-child(3) input:checked')
    expect(await page.locator('.ticks li:nth-child(3)').textContent()).toMatch(/^ ?T008 \S/)
    await page.getByLabel('New note').fill('Seen <b>in</b> the browser')
    await page.getByRole('button', { name: 'Add note' }).click()
    await expect.poll(() => page.locator('.notes').textContent()).toContain('Seen <b>in</b> the browser')
    await page.goto(`${stage.served.url}?open=001-parcel-tracking/WP04`)
    await page.locator('.gates li:nth-child(2) select').selectOption('passed')
    await page.waitForSelector('.gates li:nth-child(2).passed')
  })

  it.each(['', '?rows', '?open=001-parcel-tracking/WP01', '?view=time', '?view=flow', '?view=dependencies'])(
    'has no violation that axe finds at /%s, in both schemes',
    async (query) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const own = await stage.browser.newContext({ colorScheme, reducedMotion: 'reduce' })
        const page = await stage.open(query, own)
        await page.waitForSelector('.card, .package, .chip, .figures, .node')
        await page.waitForTimeout(300)
        await expectAccessible(page, `${query} ${colorScheme}`)
        await own.close()
      }
    },
  )

  it('recovers when the server is killed and started again, and says in between that nothing can be moved', async () => {
    const page = await stage.open()
    await page.waitForSelector('.connected.live')
    await stage.served.kill()
    await page.waitForSelector('.connected.lost')
    await page.waitForSelector('.card')
    await kittyIn(
      stage.served.root,
      'lin',
      'agent',
      'tasks',
      'move-task',
      'WP03',
      '--to',
      'planned',
      '--feature',
      '002',
    )
    await stage.served.start()
    await page.waitForSelector('.connected.live')
    await inLane(page, '002-invoice-export/WP03', 'planned')
  })

  it('shows the board of the branch after a switch', async () => {
    const page = await stage.open()
    await page.waitForSelector('.card')
    const git = (...args: string[]): string => gitIn(stage.served.root, ...args)
    git('checkout', '-q', '-b', 'other')
    await kittyIn(
      stage.served.root,
      'lin',
      'agent',
      'tasks',
      'move-task',
      'WP03',
      '--to',
      'planned',
      '--feature',
      '002',
    )
    await inLane(page, '002-invoice-export/WP03', 'planned')
    git('add', '-A')
    git('commit', '-qm', 'other')
    git('checkout', '-q', 'main')
    await inLane(page, '002-invoice-export/WP03', 'rejected')
  })

  it('keeps eight tabs live over one stream, also when the tab that reads it closes', async () => {
    const tabs = [await stage.open()]
    for (let tab = 1; tab < 8; tab += 1) tabs.push(await stage.openAt(stage.served.url))
    for (const tab of tabs) await tab.waitForSelector('.connected.live')
    await tabs[0]!.close()
    await kittyIn(
      stage.served.root,
      'lin',
      'agent',
      'tasks',
      'move-task',
      'WP03',
      '--to',
      'planned',
      '--feature',
      '002',
    )
    for (const tab of tabs.slice(1)) await inLane(tab, '002-invoice-export/WP03', 'planned')
  })

  it('says what to run in a tab without a token, and keeps a right token where a link has a wrong one', async () => {
    const stranger = await stage.browser.newContext()
    const locked = await stranger.newPage()
    await locked.goto(stage.served.url)
    await locked.getByText('kitty web --open').waitFor()
    await locked.goto(`${stage.served.url}#token=${'x'.repeat(43)}`)
    await locked.getByText('kitty web --open').waitFor()
    await stranger.close()
    const page = await stage.open()
    await page.waitForSelector('.card')
    expect(page.url()).not.toContain('token')
    const again = await stage.openAt(`${stage.served.url}?view=flow#token=${'x'.repeat(43)}`)
    await again.waitForSelector('.figures')
  })

  it('opens a view from a link in a file', async () => {
    await (await stage.open()).waitForSelector('.card')
    const file = join(stage.served.root, 'link.html')
    writeFileSync(file, `<a href="${stage.served.url}?open=001-parcel-tracking/WP01">the package</a>`)
    const page = await stage.openAt(`file://${file}`)
    await page.getByText('the package').click()
    await page.getByRole('heading', { name: 'Read carrier events' }).waitFor()
  })

  it('makes no markup of any text', async () => {
    const evil = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>'
    for (const args of [
      ['note', 'WP01', evil],
      ['tag', 'WP01', '--add', evil.slice(0, 40)],
    ])
      await kittyIn(stage.served.root, evil, 'agent', 'tasks', ...args, '--feature', '001')
    writeFileSync(
      join(stage.served.root, 'kitty-specs/001-parcel-tracking/tasks/WP01-work.md'),
      `---\nwork_package_id: WP01\ntitle: x\n---\n${evil}\n[x](javascript:window.hit=1)\n`,
    )
    const page = await stage.open('?open=001-parcel-tracking/WP01')
    await page.getByText('onerror').first().waitFor()
    expect(await page.evaluate('globalThis.hit')).toBeUndefined()
    expect(await page.locator('.package img, .package script').count()).toBe(0)
  })

  it('keeps a title of a thousand characters to five lines, and begins one in Hebrew on the right', async () => {
    const long = 'word '.repeat(199)
    expect(await kittyIn(stage.served.root, 'zoe', 'edit', '003/WP03', '--title', long.trim())).toBe(0)
    expect(await kittyIn(stage.served.root, 'zoe', 'edit', '003/WP02', '--title', 'שלום')).toBe(0)
    const page = await stage.open()
    const title = (key: string) => page.locator(`${card(key)} .title`)
    const height = (await title('003-search/WP03').boundingBox())?.height ?? 0
    expect(height).toBeGreaterThan(60)
    expect(height).toBeLessThan(130)
    expect(await title('003-search/WP03').getAttribute('title')).toBe(long.trim())
    await page.locator(`${card('003-search/WP02')} .title:dir(rtl)`).waitFor()
  })

  it('shows at every moment of the slider the lanes that status --at gives', async () => {
    const page = await stage.open('?view=time')
    await page.waitForSelector('.chip')
    const slider = page.getByLabel('Moment')
    const most = Number(await slider.getAttribute('max'))
    for (let at = 1; at <= most; at += 9) {
      await slider.fill(String(at))
      const clock = /clock (\d+)/.exec((await slider.getAttribute('aria-valuetext')) ?? '')?.[1] ?? ''
      const shown = await page.evaluate(COUNT_CHIPS)
      const { stdout } = spawnSync(
        process.execPath,
        [join(ROOT, 'bin/run.js'), 'status', '--at', clock, '--json'],
        { cwd: stage.served.root, encoding: 'utf8' },
      )
      const { features } = JSON.parse(stdout) as { features: { lanes: Record<string, unknown[]> }[] } // What --json promises.
      const expected: Record<string, number> = {}
      for (const { lanes } of features)
        for (const [name, cards] of Object.entries(lanes))
          expected[name] = (expected[name] ?? 0) + cards.length
      expect(shown, `clock ${clock}`).toEqual(expected)
    }
  })
})

/** Other processes of the machine that runs the tests take their share: the promise holds where they do not. */
const SLOWER = 4

function newestTimestamp(root: string): number {
  const folder = join(root, '.kittify/events')
  const lines = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'))
  return Math.max(...lines.map((line) => Date.parse((JSON.parse(line) as { timestamp: string }).timestamp)))
}

describe.skipIf(!hasChromium)('the pictures in docs/images', () => {
  const images = join(ROOT, 'docs/images')
  const hashFile = join(images, 'dist-web.sha256')

  it('are of the page as it is built now', async () => {
    if (process.env['KITTY_PICTURES'] === '1') await takePictures(images)
    expect(readFileSync(hashFile, 'utf8').trim(), 'KITTY_PICTURES=1 npm run test:web takes them again').toBe(
      hashOfPage(),
    )
  })

  async function takePictures(folder: string): Promise<void> {
    mkdirSync(folder, { recursive: true })
    const root = join(sharedFolder(), 'parcels')
    mkdirSync(root)
    makeBusyRepository(root, { start: Date.now() - 27 * 86_400_000 })
    const served = await new Served(root).start()
    const browser = await launchBrowser()
    for (const colorScheme of ['light', 'dark'] as const)
      for (const [width, height] of [
        [390, 844],
        [1280, 800],
        [1920, 1080],
      ] as const) {
        const context = await browser.newContext({
          colorScheme,
          viewport: { width, height },
          reducedMotion: 'reduce',
          locale: 'en-US',
          timezoneId: 'UTC',
        })
        const page = await openPage(context, `${served.url}#token=${served.token}`, [])
        await page.waitForSelector('.card')
        await page.screenshot({ path: join(folder, `board-${width}-${colorScheme}.png`) })
        await page.goto(`${served.url}?view=flow`)
        await page.waitForSelector('canvas')
        await page.waitForTimeout(300)
        await page.screenshot({ path: join(folder, `flow-${width}-${colorScheme}.png`) })
        await context.close()
      }
    await browser.close()
    await served.kill()
    writeFileSync(hashFile, `${hashOfPage()}\n`)
  }
})

function hashOfPage(): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(join(ROOT, 'dist/web')).sort())
    hash.update(name).update(readFileSync(join(ROOT, 'dist/web', name)))
  return hash.digest('hex')
}
