// SPDX-License-Identifier: MIT

// Where the manual finds the pages of the libraries it refers to.
baseURLs = [
    ['GLib', 'https://docs.gtk.org/glib/'],
    ['GObject', 'https://docs.gtk.org/gobject/'],
    ['Gio', 'https://docs.gtk.org/gio/'],
    ['Soup', 'https://libsoup.org/libsoup-3.0/'],
];
