import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { hasChromium } from './support/browser.js'
import { PageStage } from './support/page-stage.js'

const KEY = '002-invoice-export/WP03'
const CARD = `[data-key="${KEY}"]`

describe.skipIf(!hasChromium)('the focus of the page', () => {
  const stage = new PageStage()
  let page: Page
  /** What has the focus, as a selector that the page has: an element that is gone has none. */
  const focused = (selector: string): Promise<void> =>
    expect.poll(() => page.locator(`${selector}:focus`).count(), { timeout: 20_000 }).toBe(1)

  beforeEach(async () => {
    page = await stage.open()
    await page.waitForSelector('.connected.live')
    await page.waitForSelector(CARD)
  })

  it('comes back from a menu to its button, and from a package to its card', async () => {
    await page.locator(`${CARD} .menu`).focus()
    await page.keyboard.press('Enter')
    await focused('dialog.menu')
    await page.keyboard.press('Escape')
    await focused(`${CARD} .menu`)
    await page.locator(`${CARD} .title`).focus()
    await page.keyboard.press('Enter')
    await focused('dialog.sheet')
    await page.keyboard.press('Escape')
    await focused(`${CARD} .title`)
  })

  it('follows a card that its menu moves', async () => {
    await page.locator(`${CARD} .menu`).focus()
    await page.keyboard.press('Enter')
    const lane = page.getByRole('button', { name: 'Planned', exact: true })
    await lane.focus()
    await page.keyboard.press('Enter')
    await page.waitForSelector(`[data-lane="planned"] ${CARD}`)
    await focused(`${CARD} .title`)
  })

  it('comes back to a card that was moved while its package was open', async () => {
    await page.locator(`${CARD} .title`).focus()
    await page.keyboard.press('Enter')
    await focused('dialog.sheet')
    await page.locator('dialog.sheet .choice').click()
    await page.getByRole('button', { name: 'Planned', exact: true }).click()
    await page.waitForSelector(`[data-lane="planned"] ${CARD}`)
    await page.keyboard.press('Escape')
    await focused(`${CARD} .title`)
  })

  it('stays with the next note once a note is kept', async () => {
    await page.locator(`${CARD} .title`).click()
    await page.fill('textarea', 'remember')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.locator('.notes li').waitFor()
    await focused('textarea')
  })
})

describe.skipIf(!hasChromium)('a page that is printed', () => {
  const stage = new PageStage()
  /** As wide as a sheet of paper. */
  const PAPER = { width: 794, height: 1123 }

  it('has every lane on the paper, dark on white, and no controls', async () => {
    const page = await stage.open()
    await page.waitForSelector('.card')
    await page.setViewportSize(PAPER)
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    const lanes = await Promise.all((await page.locator('.lane').all()).map((lane) => lane.boundingBox()))
    expect(lanes.length).toBeGreaterThan(4)
    for (const lane of lanes) expect((lane?.x ?? 0) + (lane?.width ?? PAPER.width)).toBeLessThanOrEqual(794)
    expect(await page.locator('button:visible, nav:visible, select:visible').count()).toBe(0)
    expect(await page.evaluate('getComputedStyle(document.documentElement).color')).toBe('rgb(31, 35, 40)')
  })

  it('has all of an open package, and nothing of the board behind it', async () => {
    const page = await stage.open('?open=001-parcel-tracking/WP03')
    await page.waitForSelector('.history')
    await page.setViewportSize({ ...PAPER, height: 300 })
    await page.emulateMedia({ media: 'print' })
    const { x = 1, width = 0, height = 0 } = (await page.locator('dialog.sheet').boundingBox()) ?? {}
    expect([x, width]).toEqual([0, PAPER.width])
    expect(Math.round(height)).toBe(
      await page.evaluate(`document.querySelector('dialog.sheet').scrollHeight`),
    )
    expect(await page.locator('main:visible, textarea:visible').count()).toBe(0)
  })
})
