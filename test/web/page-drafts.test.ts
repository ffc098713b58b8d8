import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { hasChromium } from './support/browser.js'
import { PageStage } from './support/page-stage.js'

describe.skipIf(!hasChromium)('what a person writes on the page', () => {
  const stage = new PageStage()
  let page: Page

  beforeEach(async () => {
    page = await stage.open('?open=001-parcel-tracking/WP03')
    await page.waitForSelector('.connected.live')
  })

  it('is one note after a double click', async () => {
    await page.fill('textarea', 'remember')
    await page.getByRole('button', { name: 'Add note' }).dblclick()
    await page.locator('.notes li').waitFor()
    await page.fill('textarea', 'and this')
    await page.getByRole('button', { name: 'Add note' }).click()
    await expect.poll(() => page.locator('.said').allTextContents()).toEqual(['remember', 'and this'])
  })

  it('keeps what is typed while the note before it is on its way', async () => {
    await page.route(/api\/note/, async (route) => {
      await page.fill('textarea', 'the next one')
      await route.continue()
    })
    await page.fill('textarea', 'the first')
    await page.getByRole('button', { name: 'Add note' }).click()
    await page.locator('.notes li').waitFor()
    expect(await page.inputValue('textarea')).toBe('the next one')
  })

  it('is not closed away by a selection that ends outside, only by a click that begins there, too', async () => {
    await page.fill('textarea', 'a draft')
    const { x, y } = (await page.locator('textarea').boundingBox()) ?? { x: 0, y: 0 }
    await page.mouse.move(x + 60, y + 12)
    await page.mouse.down()
    await page.mouse.move(20, y + 12, { steps: 5 })
    await page.mouse.up()
    expect(await page.inputValue('textarea')).toBe('a draft')
    await page.mouse.click(20, y + 12)
    await page.locator('dialog').waitFor({ state: 'detached' })
  })
})
