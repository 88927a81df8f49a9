const KEY = 'voxanne-signed-in-before';

/** Whether somebody ever signed in with this browser: a first visitor is shown the sign-up, others the sign-in. */
export function knownHere(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}

export function rememberHere() {
  try {
    localStorage.setItem(KEY, '1');
  } catch {
    // Storage can be blocked; then the sign-up is shown, with its link to the sign-in.
  }
}
