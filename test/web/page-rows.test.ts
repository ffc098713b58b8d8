import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { gitIn } from '../support/temp-repository.js'
import { hasChromium, kittyIn } from './support/browser.js'
import { PageStage } from './support/page-stage.js'

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
