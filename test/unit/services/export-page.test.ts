import { describe, expect, it } from 'vitest'
import { ExportPage } from '../../../src/core/services/transfer/export-page.js'
import { preparedRepository } from '../../support/prepared-repository.js'
import { inProcess } from '../../support/session.js'

describe('kitty export html', () => {
  it('has every feature on one page with the flow, or one feature, and loads nothing', async () => {
    const { root } = await preparedRepository({
      '001-login': [{ id: 'WP01' }, { id: 'WP02', dependencies: ['WP01'] }],
      '002-search': [{ id: 'WP01' }],
    })
    const { service, store } = await inProcess({ cwd: root })
    const pages = await service(ExportPage)
    const [whole, one] = [await pages.page(undefined), await pages.page('002-search')]
    await store.close()
    expect(whole).toMatch(/The feature 001-login[^]*waits for WP01[^]*The feature 002-search[^]*<svg/)
    expect(one).not.toContain('001-login')
    expect(whole).not.toMatch(/<script|(?:src|href)=|https?:/)
  })
})
