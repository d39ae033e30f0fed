/* SPDX-License-Identifier: MIT */

#include "tests/api/harness.h"

#include "faye/faye-message-private.h"

#include <string.h>

/* Messages: kinds, payloads inside and outside of the block, texts with and without an end. */

static void
test_text (void)
{
  g_autoptr (FayeMessage) message = faye_message_new_text ("Grüße 🎈");
  gsize size;
  const guint8 *data = faye_message_get_data (message, &size);

  g_assert_cmpint (faye_message_get_kind (message), ==, FAYE_MESSAGE_KIND_TEXT);
  g_assert_cmpstr (faye_message_get_text (message), ==, "Grüße 🎈");
  g_assert_cmpmem (data, size, "Grüße 🎈", strlen ("Grüße 🎈"));
  g_assert_cmpuint (faye_message_get_size (message), ==, size);
}

static void
test_bytes_are_shared (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new ("\0\xff\x80", 3);
  g_autoptr (FayeMessage) message = faye_message_new_bytes (bytes);
  gsize size;

  g_assert_cmpint (faye_message_get_kind (message), ==, FAYE_MESSAGE_KIND_BINARY);
  g_assert_true (faye_message_get_bytes (message) == bytes);
  g_assert_true (faye_message_get_data (message, &size) == g_bytes_get_data (bytes, NULL));
  g_assert_null (faye_message_get_text (message));
}

static void
test_text_from_bytes (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new ("a\0b", 3);
  g_autoptr (GError) error = NULL;
  g_autoptr (FayeMessage) message = faye_message_new (FAYE_MESSAGE_KIND_TEXT, bytes, &error);
  const char *text;

  g_assert_no_error (error);
  text = faye_message_get_text (message);
  g_assert_cmpmem (text, 4, "a\0b", 4);
  g_assert_true (faye_message_get_text (message) == text);
  g_assert_true (faye_message_get_bytes (message) == bytes);
}

static void
test_bad_text (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new ("ab\xc3", 3);
  g_autoptr (GError) error = NULL;
  FayeMessage *message = faye_message_new (FAYE_MESSAGE_KIND_TEXT, bytes, &error);

  g_assert_null (message);
  g_assert_error (error, FAYE_ERROR, FAYE_ERROR_INVALID_DATA);
  g_assert_cmpstr (error->message, ==, "The 3 bytes given as text are not valid UTF-8");
}

static void
test_empty (void)
{
  g_autoptr (GBytes) none = g_bytes_new (NULL, 0);
  g_autoptr (FayeMessage) text = faye_message_new (FAYE_MESSAGE_KIND_TEXT, none, NULL);
  g_autoptr (FayeMessage) copy = faye_message_new_copy (FAYE_MESSAGE_KIND_BINARY, NULL, 0);

  g_assert_cmpstr (faye_message_get_text (text), ==, "");
  g_assert_cmpuint (faye_message_get_size (copy), ==, 0);
  g_assert_cmpuint (g_bytes_get_size (faye_message_get_bytes (copy)), ==, 0);
}

/* On both sides of the size up to which the payload lives in the message's block. */
static void
test_copies (void)
{
  static const gsize sizes[] = { 1, 1023, 1024, 1025, 70000 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *text = g_strnfill (sizes[i], 'x');
      g_autoptr (FayeMessage) message = faye_message_new_text (text);
      GBytes *bytes = faye_message_get_bytes (message);

      g_assert_cmpstr (faye_message_get_text (message), ==, text);
      g_assert_true (faye_message_get_text (message) != text);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, sizes[i]);
      g_assert_true (faye_message_get_bytes (message) == bytes);
    }
}

static void
test_take (void)
{
  guint8 *data = (guint8 *) g_strdup ("abc");
  g_autoptr (FayeMessage) message = faye_message_new_take (FAYE_MESSAGE_KIND_TEXT, data, 3);

  g_assert_true ((const guint8 *) faye_message_get_text (message) == data);
}

static void
test_outlives_by_reference (void)
{
  FayeMessage *message = faye_message_new_text ("kept");
  GBytes *bytes = g_bytes_ref (faye_message_get_bytes (message));
  FayeMessage *again = faye_message_ref (message);

  g_assert_true (again == message);
  faye_message_unref (message);
  g_assert_cmpstr (faye_message_get_text (again), ==, "kept");
  faye_message_unref (again);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "kept", 4);
  g_bytes_unref (bytes);
}

static void
test_boxed (void)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (FayeMessage) message = faye_message_new_text ("boxed");

  g_value_init (&value, FAYE_TYPE_MESSAGE);
  g_value_set_boxed (&value, message);
  g_assert_true (g_value_get_boxed (&value) == message);
}

/* Text and bytes are made when they are asked for, by whichever thread asks. */
static gpointer
ask_thread (gpointer user_data)
{
  FayeMessage *message = user_data;

  g_assert_cmpstr (faye_message_get_text (message), ==, "asked");
  g_assert_cmpuint (g_bytes_get_size (faye_message_get_bytes (message)), ==, 5);
  return (gpointer) faye_message_get_text (message);
}

static void
test_threads (void)
{
  guint round;

  for (round = 0; round < 50; round++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static ("asked", 5);
      g_autoptr (FayeMessage) message = faye_message_new (FAYE_MESSAGE_KIND_TEXT, bytes, NULL);
      GThread *one = g_thread_new ("one", ask_thread, message);
      GThread *other = g_thread_new ("other", ask_thread, message);
      gpointer text = g_thread_join (one);

      g_assert_true (g_thread_join (other) == text);
    }
}

static void
test_compression (void)
{
  g_autofree char *large = g_strnfill (5000, 'x');
  const char *texts[] = { "", "short", large };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (FayeMessage) message = faye_message_new_text (texts[i]);
      g_autoptr (FayeMessage) never = NULL;
      g_autoptr (FayeMessage) always = NULL;

      g_assert_cmpint (faye_message_get_compression (message), ==, FAYE_COMPRESSION_DEFAULT);
      never = faye_message_with_compression (message, FAYE_COMPRESSION_NEVER);
      always = faye_message_with_compression (never, FAYE_COMPRESSION_ALWAYS);
      g_clear_pointer (&message, faye_message_unref);
      g_assert_cmpint (faye_message_get_compression (never), ==, FAYE_COMPRESSION_NEVER);
      g_assert_cmpint (faye_message_get_compression (always), ==, FAYE_COMPRESSION_ALWAYS);
      g_assert_cmpint (faye_message_get_kind (always), ==, FAYE_MESSAGE_KIND_TEXT);
      g_assert_cmpstr (faye_message_get_text (always), ==, texts[i]);
    }
}

/* What lies in a GBytes stays where it is. */
static void
test_compression_shares (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("ab", 2);
  g_autoptr (FayeMessage) message = faye_message_new (FAYE_MESSAGE_KIND_TEXT, bytes, NULL);
  g_autoptr (FayeMessage) never = faye_message_with_compression (message, FAYE_COMPRESSION_NEVER);

  g_assert_true (faye_message_get_bytes (never) == bytes);
  g_assert_cmpstr (faye_message_get_text (never), ==, "ab");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/api/message/text", test_text);
  g_test_add_func ("/faye/api/message/bytes-are-shared", test_bytes_are_shared);
  g_test_add_func ("/faye/api/message/text-from-bytes", test_text_from_bytes);
  g_test_add_func ("/faye/api/message/bad-text", test_bad_text);
  g_test_add_func ("/faye/api/message/empty", test_empty);
  g_test_add_func ("/faye/api/message/copies", test_copies);
  g_test_add_func ("/faye/api/message/take", test_take);
  g_test_add_func ("/faye/api/message/outlives-by-reference", test_outlives_by_reference);
  g_test_add_func ("/faye/api/message/boxed", test_boxed);
  g_test_add_func ("/faye/api/message/compression", test_compression);
  g_test_add_func ("/faye/api/message/compression-shares", test_compression_shares);
  g_test_add_func ("/faye/api/message/threads", test_threads);
  return g_test_run ();
}
