/** The sign of chatd: a speech bubble that flies like a comet. */
export function Logo({ class: extra = '' }: { class?: string }) {
  return (
    <svg class={`logo ${extra}`} viewBox="1 0.5 31 31" aria-hidden="true" focusable="false">
      <path
        class="logo-bubble"
        d="M10.04 11.13A10 10 0 1 1 20.87 21.96Q14.17 22.55 3 29 9.45 17.83 10.04 11.13Z"
      />
      <circle class="logo-dot" cx="16.8" cy="12.2" r="1.8" />
      <circle class="logo-dot" cx="22.8" cy="12.2" r="1.8" />
    </svg>
  );
}
