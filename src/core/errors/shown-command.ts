export { shownCommand } from './next-step.js'
