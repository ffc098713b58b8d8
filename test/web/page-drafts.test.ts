import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { tempFolder } from '../support/temp-folder.js'
import { hasChromium, launchBrowser, openPage, Served } from './support/browser.js'
import { makeBusyRepository } from './support/busy-repository.js'

describe.skipIf(!hasChromium)('what a person writes on the page', () => {
  let browser: Browser
  let context: BrowserContext
  let served: Served
  let page: Page
  const faults: string[] = []

  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    const root = tempFolder()
    makeBusyRepository(root)
    served = await new Served(root).start()
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' })
    faults.length = 0
    const address = `${served.url}?open=001-parcel-tracking/WP03#token=${served.token}`
    page = await openPage(context, address, faults)
    await page.waitForSelector('.connected.live')
  })
  afterEach(async () => {
    await context.close()
    await served.kill()
    expect(faults).toEqual([])
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
