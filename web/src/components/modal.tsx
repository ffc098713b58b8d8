import { h, type ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

interface ModalProps {
  readonly label: string
  readonly kind: 'menu' | 'sheet'
  readonly close: () => void
  readonly children: ComponentChildren
}

/** A dialog above the page: the browser keeps the focus in it, and gives it back. */
export function Modal({ label, kind, close, children }: ModalProps): h.JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  const isPressed = useRef(false)
  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    // Not the first button, which would look chosen.
    element?.focus()
    return () => element?.close()
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
