import { describe, expect, it } from 'vitest'
import { hasChromium } from './support/browser.js'
import { PageStage } from './support/page-stage.js'

describe.skipIf(!hasChromium)('the search of the page', () => {
  const stage = new PageStage()

  it('shows the cards that have every word, and is there on the board alone, which keeps it', async () => {
    const page = await stage.open()
    await page.waitForSelector('.card')
    const all = await page.locator('.card').count()
    const search = page.getByRole('searchbox', { name: 'Search cards' })
    await search.fill('typing suggest')
    await expect.poll(() => page.locator('.card').count()).toBe(1)
    expect(await page.locator('.card').textContent()).toContain('Suggest while typing')
    expect(new URL(page.url()).searchParams.get('q')).toBe('typing suggest')
    for (const view of ['Time', 'Flow', 'Dependencies']) {
      await page.getByRole('link', { name: view, exact: true }).click()
      await search.waitFor({ state: 'detached' })
    }
    await page.getByRole('link', { name: 'Board', exact: true }).click()
    expect(await search.inputValue()).toBe('typing suggest')
    await expect.poll(() => page.locator('.card').count()).toBe(1)
    await search.fill('')
    await expect.poll(() => page.locator('.card').count()).toBe(all)
  })
})
