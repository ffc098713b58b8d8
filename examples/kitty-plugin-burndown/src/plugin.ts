import { definePlugin } from 'kittify/plugin/define'
import { announceDone } from './announce-done.js'
import { goalSet } from './goal-set.js'
import { readableSize } from './readable-size.js'

export default definePlugin({
  name: 'burndown',
  eventTypes: [goalSet],
  moveChecks: [readableSize],
  afterEvents: [announceDone],
  bindings: () => import('./bindings.js'),
})
