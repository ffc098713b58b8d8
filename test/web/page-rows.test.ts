import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { gitIn } from '../support/temp-repository.js'
import { hasChromium, kittyIn } from './support/browser.js'
import { PageStage } from './support/page-stage.js'

/** A script of the page, as text: this file knows no DOM. */
const HOLD_ANSWER = `{
  const send = globalThis.fetch
  globalThis.fetch = async (path, init) => {
    const answer = await send(path, init)
    if (path.includes('api/move')) await new Promise((resolve) => (globalThis.answer = resolve))
    return answer
  }
}`
const CARD = '[data-key="002-invoice-export/WP03"]'

describe.skipIf(!hasChromium)('a card that is moved on the page', () => {
  const stage = new PageStage()
  const open = async (query = ''): Promise<Page> => {
    const page = await stage.open(query)
    await page.waitForSelector('.connected.live')
    return page
  }
  const take = async (page: Page): Promise<void> => {
    await page.locator(`${CARD} .title`).focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowLeft')
  }

  it('is shown above a lane, and refused there, in the row of its own feature only', async () => {
    const page = await open('?rows')
    await take(page)
    await page.locator('.ghost').first().waitFor()
    expect(await page.locator('.ghost').count()).toBe(1)
    await page.keyboard.press('Space')
    await page.locator('.refusal').first().waitFor()
    expect(await page.locator('.refusal').count()).toBe(1)
    expect(await page.locator('.feature', { has: page.locator('.refusal') }).textContent()).toContain('WP03')
  })

  it('can be put back by the keyboard although another has moved it', async () => {
    const page = await open()
    await take(page)
    await kittyIn(stage.served.root, 'zoe', 'move', '002/WP03', 'doing')
    await page.waitForSelector(`[data-lane="doing"] ${CARD}`)
    await expect.poll(() => page.locator(`${CARD} .title:focus`).count()).toBe(1)
    await page.keyboard.press('Escape')
    await page.locator('.ghost').waitFor({ state: 'detached' })
  })

  it('stays where a later move has put it, however late the answer to its own comes', async () => {
    const page = await open()
    await page.evaluate(HOLD_ANSWER)
    await take(page)
    for (let step = 1; step < 4; step += 1) await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Space')
    await page.waitForSelector(`[data-lane="planned"] ${CARD}`)
    await kittyIn(stage.served.root, 'zoe', 'move', '002/WP03', 'doing')
    await page.waitForSelector(`[data-lane="doing"] ${CARD}`)
    await expect.poll(() => page.evaluate('typeof globalThis.answer')).toBe('function')
    await page.evaluate('globalThis.answer()')
    await page.getByText('WP03 moved to Planned.').waitFor({ state: 'attached' })
    expect(await page.locator(`[data-lane="doing"] ${CARD}`).count()).toBe(1)
  })

  it('is not held above a lane once it is gone', async () => {
    const page = await open()
    const git = (...args: string[]): string => gitIn(stage.served.root, ...args)
    await take(page)
    await page.locator('.ghost').waitFor()
    git('checkout', '-q', '--orphan', 'empty')
    git('rm', '-rfq', 'kitty-specs', '.kittify/events')
    await page.locator(CARD).waitFor({ state: 'detached' })
    expect(await page.locator('.ghost').count()).toBe(0)
  })
})
