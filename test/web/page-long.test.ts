import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { PATIENT } from '../support/patient.js'
import { hasChromium } from './support/browser.js'
import { busyRoot, PageStage } from './support/page-stage.js'

const FEATURE = '001-parcel-tracking'
const LONG = 'm'.repeat(250)
const WIDTHS = [400, 900, 1600]

/** An event of a writer who had seen nothing of the package, as another program may append it. */
function lineOf(number: number, event_type: string, payload: object, actor = 'ada'): string {
  const event_id = `01KFZZZZZZZZZZZZZZZZZZ${String(number).padStart(4, '0')}`
  const event = {
    ...{ event_id, event_type, event_version: 1, lamport_clock: 1_000 + number, entity_id: 'WP03' },
    ...{ entity_type: 'WorkPackage', timestamp: '2026-11-29T08:00:00.000Z', actor, causation_id: null },
    ...{ correlation_id: null, payload: { feature_slug: FEATURE, ...payload } },
  }
  return `${JSON.stringify(event)}\n`
}

describe.skipIf(!hasChromium)('the page, where a package has much to show', () => {
  const stage = new PageStage({ isServed: false })
  const open = async (root: string, query: string): Promise<Page> => {
    await stage.serve(root)
    return stage.open(query)
  }
  const repositoryWith = (...lines: readonly string[]): string => {
    const root = busyRoot()
    appendFileSync(join(root, '.kittify/events/2026-11-29.jsonl'), lines.join(''))
    return root
  }

  it('keeps names without a blank within every view, at three widths', async () => {
    const root = repositoryWith(
      lineOf(1, 'TagsChanged', { added: [LONG], removed: [] }),
      lineOf(2, 'NoteAdded', { text: LONG }, LONG.slice(0, 200)),
      lineOf(
        3,
        'WPStatusChanged',
        { old_status: 'doing', new_status: `x${LONG.slice(0, 90)}` },
        LONG.slice(0, 200),
      ),
    )
    const page = await open(root, '')
    await page.waitForSelector('.card')
    for (const [view, shown] of [
      ['', '.card'],
      [`?open=${FEATURE}/WP03`, 'article'],
      ['?view=time', '.past'],
      ['?view=flow', '.figures'],
      ['?view=dependencies', '.node'],
    ] as const) {
      await page.goto(`${stage.served.url}${view}`)
      await page.waitForSelector(shown)
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 })
        // A chart follows the width of the window a moment later.
        const outside = (): Promise<unknown> =>
          page.evaluate(
            `[document.documentElement, ...document.querySelectorAll('.sheet, .decisions')]
              .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.className)`,
          )
        await expect.poll(outside, { ...PATIENT, message: `${view} at ${width}` }).toEqual([])
      }
    }
  })

  it('draws the last hundred notes and events, and the others when asked to', async () => {
    const notes = Array.from({ length: 150 }, (_, at) => lineOf(at, 'NoteAdded', { text: `note ${at}` }))
    const page = await open(repositoryWith(...notes), `?open=${FEATURE}/WP03`)
    await page.waitForSelector('article')
    expect(await page.locator('.notes li').count()).toBe(100)
    expect(await page.locator('.said').last().textContent()).toBe('note 149')
    expect(await page.locator('.history li').count()).toBe(100)
    await page.getByRole('button', { name: 'more of' }).first().click()
    expect(await page.locator('.notes li').count()).toBe(150)
  })
})
