import { around, Notices } from 'kittify/plugin/services'

/** An aspect of this plugin: with KITTY_BURNDOWN_TIMES set, a notice says how long the method took. */
export const Timed = around<object>('Timed', async (call, proceed) => {
  if (!process.env['KITTY_BURNDOWN_TIMES']) return proceed()
  const started = performance.now()
  try {
    return await proceed()
  } finally {
    const notices = await call.resolve(Notices)
    notices.warn(`${call.name} took ${Math.round(performance.now() - started)} ms.`)
  }
})
