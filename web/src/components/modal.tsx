import { h, type ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { keepFocus } from './keyboard.js'

interface ModalProps {
  readonly label: string
  /** The key of its card. */
  readonly card: string
  readonly kind: 'menu' | 'sheet'
  readonly close: () => void
  readonly children: ComponentChildren
}

/** A dialog above the page: the browser keeps the focus in it. */
export function Modal({ label, card, kind, close, children }: ModalProps): h.JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  const isPressed = useRef(false)
  useEffect(() => {
    const element = dialog.current
    const before = document.activeElement
    element?.showModal()
    // Not the first button, which would look chosen.
    element?.focus()
    return () => {
      element?.close()
      // A browser gives the focus back only while the dialog is in the page. The card may have been drawn again since.
      if (before instanceof HTMLElement) before.focus()
      keepFocus(card)
    }
  }, [])
  return (
    <dialog
      ref={dialog}
      tabIndex={-1}
      class={kind}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault()
        close()
      }}
      onPointerDown={({ target }) => (isPressed.current = target === dialog.current)}
      onClick={({ target }) => {
        // A click outside the content meets the dialog itself, and so does the end of a selection that began inside.
        if (target === dialog.current && isPressed.current) close()
      }}
    >
      <div class="inside">
        <button class="close" aria-label="Close" onClick={close}>
          ✕
        </button>
        {children}
      </div>
    </dialog>
  )
}
