import { recall, remember } from '../util/local-storage';

type Theme = 'light' | 'dark';

/** Follows the system until the person chooses. */
class ThemeChoice {
  current = $state<Theme>(document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light');

  constructor() {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (event) => {
      if (recall('theme') === null) this.show(event.matches ? 'dark' : 'light');
    });
  }

  toggle(): void {
    this.show(this.current === 'dark' ? 'light' : 'dark');
    remember('theme', this.current);
  }

  private show(theme: Theme): void {
    this.current = theme;
    document.documentElement.dataset.theme = theme;
  }
}

export const theme = new ThemeChoice();
