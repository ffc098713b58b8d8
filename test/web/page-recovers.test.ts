import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { gitIn } from '../support/temp-repository.js'
import { hasChromium, kittyIn } from './support/browser.js'
import { PageStage } from './support/page-stage.js'

describe.skipIf(!hasChromium)('the page, where something fails once', () => {
  const stage = new PageStage()
  /** Fails the first request to that path, as a proxy does whose server is busy. */
  const failOnce = async (page: Page, path: RegExp): Promise<void> => {
    let times = 0
    await page.route(path, (route) =>
      (times += 1) === 1 ? route.fulfill({ status: 503, body: 'busy' }) : route.continue(),
    )
  }
  const breakSettings = (): void => writeFileSync(join(stage.served.root, '.kittify/config.json'), '<<<<<<<')
  const mendSettings = (): void => rmSync(join(stage.served.root, '.kittify/config.json'))

  it('says why the board cannot be read, to a page with a board and to a new one, and shows it once it can be', async () => {
    const page = await stage.open()
    await page.waitForSelector('.card')
    breakSettings()
    const late = await stage.open('', await stage.browser.newContext())
    await late.getByRole('alert').getByText('is not JSON').waitFor()
    await page.getByRole('alert').getByText('is not JSON').waitFor()
    expect(await page.locator('.card').count()).toBeGreaterThan(0)
    mendSettings()
    await late.waitForSelector('.card')
    for (const one of [page, late]) await one.waitForSelector('.unreadable', { state: 'detached' })
    await late.context().close()
  })

  it('keeps the token of a link while no one knows whether it is right', async () => {
    const page = await stage.newPage()
    await failOnce(page, /api\/about/)
    await page.goto(`${stage.served.url}#token=${stage.served.token}`)
    await page.waitForSelector('.card')
  })

  it('shows the board where the first question about it fails', async () => {
    const page = await stage.open()
    await page.waitForSelector('.card')
    await failOnce(page, /api\/about/)
    await page.reload()
    await page.waitForSelector('.card')
  })

  it('says that it is loading until a board has come, and that there is none only then', async () => {
    const page = await stage.newPage()
    let isHeld = true
    await page.route(/api\/stream/, async (route) => {
      while (isHeld) await new Promise((resolve) => setTimeout(resolve, 20))
      await route.continue()
    })
    await page.goto(`${stage.served.url}#token=${stage.served.token}`)
    await page.getByText('Loading …').waitFor()
    expect(await page.getByText('There is no work package yet').count()).toBe(0)
    isHeld = false
    await page.waitForSelector('.card')
  })

  it.each([
    ['a package', 'package', '?open=001-parcel-tracking/WP01', 'article'],
    ['the figures', 'flow', '?view=flow', '.figures'],
    ['the past', 'columns', '?view=time', '.past'],
  ])('asks again for %s', async (_, path, query, shown) => {
    const page = await stage.open()
    await page.waitForSelector('.card')
    let isBusy = true
    await page.route(new RegExp(`api/${path}`), (route) =>
      isBusy ? route.fulfill({ status: 503, body: 'busy' }) : route.continue(),
    )
    await page.goto(`${stage.served.url}${query}`)
    await page.getByText('The server answered 503.').waitFor()
    isBusy = false
    await page.waitForSelector(shown)
    expect(await page.getByText('The server answered 503.').count()).toBe(0)
  })

  it('shows no package that the branch does not have', async () => {
    const page = await stage.open('?open=001-parcel-tracking/WP01')
    await page.waitForSelector('article')
    gitIn(stage.served.root, 'checkout', '-q', '--orphan', 'empty')
    gitIn(stage.served.root, 'rm', '-rfq', 'kitty-specs', '.kittify/events')
    await page.locator('dialog').getByRole('alert').waitFor()
    expect(await page.locator('article').count()).toBe(0)
  })

  it('shows the lanes that are configured now, and how long ago something is now', async () => {
    const page = await stage.newPage()
    await page.clock.install()
    await page.goto(`${stage.served.url}#token=${stage.served.token}`)
    await page.waitForSelector('.card')
    writeFileSync(join(stage.served.root, '.kittify/config.json'), JSON.stringify({ workflow: 'reviewed' }))
    await kittyIn(stage.served.root, 'lin', 'note', '002/WP03', 'hello')
    await page.waitForSelector('[data-lane="in_review"]')
    const age = page.locator('[data-key="002-invoice-export/WP03"] time')
    await expect.poll(() => age.textContent()).toBe('just now')
    await page.clock.fastForward('03:00:00')
    await expect.poll(() => age.textContent()).toBe('3 h ago')
  })
})
