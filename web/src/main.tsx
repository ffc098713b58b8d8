import { h, render } from 'preact'
import { App } from './components/app.js'
import { live } from './state/live.js'
import { unlock } from './state/server.js'

const root = document.getElementById('app')
if (root !== null) {
  void unlock().then(() => {
    live()
    render(<App />, root)
  })
}
