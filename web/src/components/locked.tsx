import { h } from 'preact'

/** For a tab without a token, or with one the server no longer knows. */
export function Locked(): h.JSX.Element {
  return (
    <main class="empty">
      <h1>This board is locked</h1>
      <p>The page has no token that the server accepts. In the repository, run:</p>
      <pre>
        <code>kitty web --open</code>
      </pre>
    </main>
  )
}
